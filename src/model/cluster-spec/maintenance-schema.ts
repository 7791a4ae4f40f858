import { z } from 'zod';
import { cronFault } from './cron.ts';
import { durationOf } from './field-types.ts';
import { timeZoneFault } from './time-zone.ts';

/** Shorter than a minute cron cannot tell apart; a window of more than a month is no window. */
const SHORTEST = '1m';
const LONGEST = '31d';

const window = z.strictObject({
  start: z
    .string()
    .refine((text) => cronFault(text) === null, { error: ({ input }) => cronFault(String(input)) ?? '' })
    .meta({ examples: ['0 2 * * 2,4'] })
    .describe('When it opens, as cron writes it: minute, hour, day of month, month, day of week'),
  duration: durationOf(SHORTEST, LONGEST).describe('How long it stays open, from 1m to 31d'),
});

export const maintenanceSchema = z.strictObject({
  timeZone: z
    .string()
    .refine((text) => timeZoneFault(text) === null, { error: ({ input }) => timeZoneFault(String(input)) ?? '' })
    .meta({ examples: ['Europe/Paris'] })
    .default('UTC')
    .describe('IANA time zone that the windows are written in'),
  windows: z.array(window).default([]).describe('Only while one is open is a healthy node taken away. None: always'),
});
