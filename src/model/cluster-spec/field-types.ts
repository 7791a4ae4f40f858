import { z } from 'zod';
import { DURATION_PATTERN, durationMs } from './duration.ts';

/** Kinds of values that several fields take. */

const LONGEST = '365d';

export const duration = (longest = LONGEST) =>
  z
    .string()
    .regex(DURATION_PATTERN, 'a duration such as 30s, 15m, 1h30m or 90d')
    .refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) <= durationMs(longest), {
      error: `too long (allowed: at most ${longest})`,
    })
    .meta({ examples: ['30s', '15m', '1h30m', '90d'] });

export const durationOf = (least: string, longest = LONGEST) =>
  duration(longest).refine((text) => !DURATION_PATTERN.test(text) || durationMs(text) >= durationMs(least), {
    error: `too short (allowed: at least ${least})`,
  });

/** Nodes of a pool, as a number or as a share of its count. */
export const nodesOrPercent = () =>
  z.union([
    z.int().min(0).max(1000),
    z.string().regex(/^(100|[1-9]?\d)%$/, 'a number such as 1, or a percentage such as 20%'),
  ]);
