import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ControllerFile, controllerFileSchema } from '../../../src/model/fleet-status.ts';
import type { NodeStatus } from '../../../src/model/node-status.ts';
import { type ClusterStatus, type StatusFile, statusFileSchema } from '../../../src/model/status.ts';
import { NOW } from './cli-context.ts';

const at = (ms: number) => new Date(ms).toISOString();

export function aNode(name: string, wish: Partial<NodeStatus> = {}): NodeStatus {
  return {
    name,
    pool: 'web',
    zone: 'a',
    role: 'worker',
    state: 'ready',
    address: '172.30.0.9',
    engine: '28.5.2',
    outdated: false,
    tasks: 1,
    message: null,
    ...wish,
  };
}

const ready = (status: 'True' | 'False') => ({
  type: 'Ready' as const,
  status,
  reason: 'AsDeclared',
  message: 'everything is as declared',
  lastTransitionTime: at(NOW - 60_000),
});

/** A Ready cluster: 1 manager, 2 workers in `web`. Checked against the schema. */
export function aStatus(
  name = 'demo',
  wish: Partial<ClusterStatus> = {},
  metadata: Partial<StatusFile['metadata']> = {},
): StatusFile {
  return statusFileSchema.parse({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterStatus',
    metadata: { name, generation: 1, ...metadata },
    status: {
      observedGeneration: 1,
      specHash: 'hash-1',
      observedSpecHash: 'hash-1',
      source: { path: `${name}.yaml`, line: 1, commit: null },
      provider: 'local',
      phase: 'Ready',
      because: 'everything is as declared.',
      conditions: [ready(wish.phase && wish.phase !== 'Ready' ? 'False' : 'True')],
      holds: [],
      warnings: [],
      complaints: [],
      pools: [
        { name: 'managers', role: 'manager', declared: 1, machines: 1, ready: 1, outdated: 0 },
        { name: 'web', role: 'worker', declared: 2, machines: 2, ready: 2, outdated: 0 },
      ],
      managers: { members: 1, reachable: 1, quorum: 1, margin: 0, leader: `${name}-managers-m1m1` },
      nodes: [
        aNode(`${name}-managers-m1m1`, { pool: 'managers', role: 'manager', state: 'leader' }),
        aNode(`${name}-web-a1a1`),
        aNode(`${name}-web-b2b2`),
      ],
      endpoints: [],
      swarm: { id: 'swarm1', engineVersions: { '28.5.2': 3 } },
      drift: [],
      strangers: [],
      servicesBelowStrength: [],
      pendingTasks: [],
      plan: null,
      infrastructure: { state: 'ready', differences: [] },
      history: [],
      nextLookAt: null,
      lastProblem: null,
      observation: null,
      controller: { owner: 'owner', id: 'c1', term: 3 },
      ...wish,
    },
  });
}

export function aController(wish: Partial<ControllerFile> = {}): ControllerFile {
  return controllerFileSchema.parse({
    apiVersion: 'skep/v1alpha1',
    kind: 'ControllerStatus',
    owner: 'owner',
    id: 'c1',
    pid: 1,
    version: '0.1.0',
    role: 'leading',
    term: 3,
    startedAt: at(NOW - 60_000),
    beatAt: at(NOW - 1_000),
    ...wish,
  });
}

export async function put(dir: string, path: string, content: unknown): Promise<void> {
  const full = join(dir, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, typeof content === 'string' ? content : JSON.stringify(content));
}

export const putStatus = (dir: string, file: StatusFile) => put(dir, `status/${file.metadata.name}.json`, file);
export const putController = (dir: string, wish: Partial<ControllerFile> = {}) =>
  put(dir, 'status/_controller.json', aController(wish));
