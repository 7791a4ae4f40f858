import { z } from 'zod';
import { PROVIDER_KINDS } from './ids.ts';
import { PHASES, time } from './status.ts';

/** The files of a status directory that are of no single cluster. */

const apiVersion = () => z.literal('skep/v1alpha1').describe('Format of this file');

/** `index.json`: the fleet at a glance. */
export const indexFileSchema = z.strictObject({
  apiVersion: apiVersion(),
  kind: z.literal('FleetIndex').describe('What this file is'),
  clusters: z
    .array(
      z.strictObject({
        name: z.string().describe("The cluster's name"),
        phase: z.enum(PHASES).describe('As in its own status'),
        provider: z.enum(PROVIDER_KINDS).nullable().describe('Where it runs; null: not known'),
        simulated: z.boolean().describe('True: nothing of it is real'),
        declared: z.int().describe('Nodes wanted'),
        ready: z.int().describe('Nodes that are ready'),
        because: z.string().describe('As in its own status'),
      }),
    )
    .describe('Every cluster with a status, by name'),
});
export type IndexFile = z.output<typeof indexFileSchema>;

/** `_source.json`: what is wrong with the directory as a whole. */
export const sourceFileSchema = z.strictObject({
  apiVersion: apiVersion(),
  kind: z.literal('SourceStatus').describe('What this file is'),
  directory: z.string().describe('The specs directory'),
  commit: z.string().nullable().describe('Git commit that it stands at; null: it is no checkout'),
  complete: z.boolean().describe('Every file of the last listing parsed'),
  vanished: z.boolean().describe('The directory itself is gone'),
  documents: z.int().describe('Good documents'),
  complaints: z.array(z.string()).describe('What is wrong with files, as path:line:column: message'),
  conflicts: z
    .array(
      z.strictObject({
        name: z.string().describe('The name that is claimed more than once'),
        places: z.array(z.string()).describe('Where, as path:line'),
      }),
    )
    .describe('Names that several documents claim: none of them wins'),
  heldDeletions: z
    .array(
      z.strictObject({
        name: z.string().describe('The cluster'),
        why: z.string().describe('Why it is not deleted'),
        release: z.string().describe('The command, edit or event that releases it'),
      }),
    )
    .describe('Clusters whose document is gone and that are kept until somebody says so'),
});
export type SourceFile = z.output<typeof sourceFileSchema>;

/** `_controller.json`: a heartbeat. */
export const controllerFileSchema = z.strictObject({
  apiVersion: apiVersion(),
  kind: z.literal('ControllerStatus').describe('What this file is'),
  owner: z.string().describe('Whose clusters it keeps'),
  id: z.string().describe('Of this process: host, pid and a salt'),
  pid: z.int().describe('Process id on its host'),
  version: z.string().describe('Of skep'),
  role: z.enum(['leading', 'standby', 'stopped']).describe('leading: it holds the lease'),
  term: z.int().describe('Rises at every change of holder'),
  startedAt: time('When the process began'),
  beatAt: time('When it last said that it lives'),
});
export type ControllerFile = z.output<typeof controllerFileSchema>;
