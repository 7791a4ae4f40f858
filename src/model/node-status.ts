import { z } from 'zod';

/** What a cluster's status says of its nodes, one by one and counted. */

const role = () => z.enum(['manager', 'worker']).describe('What its pool is for');

export const nodeStatusSchema = z.strictObject({
  name: z.string().describe('Of the machine, and its host name'),
  pool: z.string().describe('managers, or a worker pool'),
  zone: z.string().nullable().describe('Where it stands'),
  role: role(),
  state: z
    .enum([
      'booting',
      'joining',
      'ready',
      'draining',
      'drained',
      'paused',
      'leader',
      'unreachable',
      'down',
      'stopped',
      'unknown',
      'leaving',
    ])
    .describe('leader: a ready manager that leads'),
  address: z.string().nullable().describe("In the cluster's own network"),
  engine: z.string().nullable().describe('Version of its Docker engine'),
  outdated: z.boolean().describe('Made from other values than are declared now'),
  tasks: z.int().describe('Tasks that run on it'),
  message: z.string().nullable().describe('What is wrong or what it waits for'),
});
export type NodeStatus = z.output<typeof nodeStatusSchema>;

export const poolStatusSchema = z.strictObject({
  name: z.string().describe('managers, or a worker pool'),
  role: role(),
  declared: z.int().describe('Nodes wanted'),
  machines: z.int().describe('Machines that are there, in whatever state'),
  ready: z.int().describe('Nodes that are ready and take tasks'),
  outdated: z.int().describe('Nodes made from other values than are declared now'),
});

export const managersStatusSchema = z.strictObject({
  members: z.int().describe('Members of raft, dead ones too'),
  reachable: z.int().describe('Members of raft that answer'),
  quorum: z.int().describe('Members that must answer: more than half'),
  margin: z.int().describe('Members that may still be lost; below 0 the quorum is lost'),
  leader: z.string().nullable().describe('Name of the node that leads; null: none'),
});
