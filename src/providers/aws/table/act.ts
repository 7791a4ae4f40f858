import { z } from 'zod';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { NodeId } from '../../../model/ids.ts';
import type { Problem } from '../../../model/problem.ts';
import { named } from './field-types.ts';

const node = { node: named<NodeId>(), version: z.int() };
const service = { service: z.string(), version: z.int() };

/** All that a manager does to its swarm when ordered. Versions are those that were seen when it was planned. */
const actSchema = z.discriminatedUnion('verb', [
  z.object({
    verb: z.literal('set-node'),
    ...node,
    availability: z.enum(['active', 'pause', 'drain']),
    labels: z.record(z.string(), z.string()),
  }),
  z.object({ verb: z.literal('promote'), ...node }),
  z.object({ verb: z.literal('demote'), ...node }),
  z.object({ verb: z.literal('remove'), node: named<NodeId>(), force: z.boolean() }),
  z.object({
    verb: z.literal('set-swarm'),
    version: z.int(),
    options: z.object({ taskHistoryLimit: z.int(), dispatcherHeartbeatMs: z.number(), certExpiryMs: z.number() }),
  }),
  z.object({ verb: z.literal('constrain'), ...service, against: named<NodeId>(), on: z.boolean() }),
  z.object({ verb: z.literal('rebalance'), ...service }),
]);
export type Act = z.output<typeof actSchema>;

/** An act as it stands in an order. One that a newer controller invented is refused, which its order then says. */
export function readAct(stored: unknown): Result<Act, Problem> {
  const read = actSchema.safeParse(stored);
  if (read.success) return ok(read.data);
  const verb = z.object({ verb: z.string() }).safeParse(stored);
  const detail = `this agent cannot do ${verb.success ? `"${verb.data.verb}"` : 'what was ordered'} as it was ordered`;
  return fail({ kind: 'refused', field: null, detail });
}
