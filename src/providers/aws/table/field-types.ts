import { z } from 'zod';
import type { Problem } from '../../../model/problem.ts';

/** A name of ours, e.g. a `MachineId`. */
export const named = <Name extends string>() => z.string().transform((text) => text as Name);

const unknownProblem: Problem = { kind: 'unreachable', what: 'the node', detail: 'it met a problem unknown here' };

/** A newer agent may name a kind that is not known here: the effect is then in doubt. */
export const problemSchema: z.ZodType<Problem> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('gone'), what: z.string() }),
    z.object({ kind: z.literal('conflict'), what: z.string() }),
    z.object({ kind: z.literal('throttled'), retryAfterMs: z.number() }),
    z.object({ kind: z.literal('no-capacity'), what: z.string() }),
    z.object({ kind: z.literal('unreachable'), what: z.string(), detail: z.string() }),
    z.object({ kind: z.literal('no-leader'), detail: z.string() }),
    z.object({ kind: z.literal('unreadable'), what: z.string(), detail: z.string() }),
    z.object({ kind: z.literal('refused'), field: z.string().nullable(), detail: z.string() }),
  ])
  .catch(unknownProblem);
