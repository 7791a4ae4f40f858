import { z } from 'zod';
import { duration, nodesOrPercent } from './field-types.ts';

const maxSurge = nodesOrPercent()
  .meta({ examples: [1, '25%'] })
  .describe('Nodes that a pool may have above its count while it is rolled. Rounds up');
const maxUnavailable = nodesOrPercent()
  .meta({ examples: [0, '10%'] })
  .describe('Nodes that a pool may lack while it is rolled; those already down count. Rounds down');
const settle = duration().describe('How long all must be healthy before the next node; begins anew at every dip');
const drainTimeout = duration().describe('How long a drain may take');
const onDrainTimeout = z.enum(['Pause', 'Force']).describe('Pause: hold and say so. Force: go on');
const canary = z.boolean().describe('true: one node of a pool first, settled, before the rest of it');

/** The defaults of both counts stand here for `cross-field.ts` too. */
export const DEFAULT_MAX_SURGE = 1;
export const DEFAULT_MAX_UNAVAILABLE = 0;

export const rolloutSchema = z.strictObject({
  maxSurge: maxSurge.default(DEFAULT_MAX_SURGE),
  maxUnavailable: maxUnavailable.default(DEFAULT_MAX_UNAVAILABLE),
  settle: settle.default('30s'),
  drainTimeout: drainTimeout.default('15m'),
  onDrainTimeout: onDrainTimeout.default('Pause'),
  canary: canary.default(true),
  rebalance: z.boolean().default(false).describe('true: spread replicated services again when a rollout is over'),
});

/** Not `rolloutSchema.partial()`: that fills in the defaults here too, and a pool would never inherit. */
export const poolRolloutSchema = z.strictObject({
  maxSurge: maxSurge.optional(),
  maxUnavailable: maxUnavailable.optional(),
  settle: settle.optional(),
  drainTimeout: drainTimeout.optional(),
  onDrainTimeout: onDrainTimeout.optional(),
  canary: canary.optional(),
});
