import { z } from 'zod';
import { HOLD_REASONS } from './hold.ts';
import { PROVIDER_KINDS } from './ids.ts';
import { roadEstimate, roadStep, time } from './status.ts';

const summary = z.strictObject({
  make: z.int().describe('Nodes made'),
  change: z.int().describe('Nodes that stay and are changed; 1 when only what carries them is'),
  takeAway: z.int().describe('Nodes taken away'),
});

const clusterPlan = z.strictObject({
  name: z.string().describe("The cluster's name"),
  provider: z.enum(PROVIDER_KINDS).describe('Where it runs'),
  simulated: z.boolean().describe('Nothing of it is real'),
  place: z.string().nullable().describe('Where its document stands, as path:line; null: it is gone'),
  pending: z.boolean().describe('Something would be done, or is wanted and cannot be'),
  summary,
  differences: z
    .array(
      z.strictObject({
        sign: z.enum(['+', '-', '~', '!']).describe('+ made, - taken away, ~ changed, ! cannot be changed'),
        subject: z.string().describe('What, e.g. pool web'),
        change: z.string().describe('From what to what'),
      }),
    )
    .describe('What differs between declared and there'),
  batches: z.array(z.array(roadStep.required())).describe('The road: steps of one batch run beside each other'),
  isCut: z.boolean().describe('The road goes on beyond what was foreseen'),
  estimate: roadEstimate.omit({ isCut: true }).describe('How long all that is foreseen takes'),
  holds: z
    .array(
      z.strictObject({
        reason: z.enum(HOLD_REASONS).describe('Why in one word: see failure modes'),
        what: z.string().describe('What is held'),
        why: z.string().describe('Why, in a sentence'),
        release: z.string().describe('The command, edit or event that releases it'),
      }),
    )
    .describe('Held now, or met on the way'),
  warnings: z.array(z.string()).describe('What its document may say and better would not'),
  couldNotLook: z.array(z.string()).describe('What could not be looked at: the plan is then no promise'),
  digest: z.string().describe('The same plan has the same digest'),
  observedAt: time('When the world was looked at'),
});

/** `skep plan -o json`. Stable: fields are added, never changed or taken away. */
export const planListSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('PlanList'),
  pending: z.boolean().describe('Any of them is'),
  summary,
  plans: z.array(clusterPlan),
});
export type PlanList = z.output<typeof planListSchema>;
