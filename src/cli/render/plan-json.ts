import type { PlanList } from '../../model/plan-list.ts';
import { describeStep } from '../../model/step.ts';
import { isPending, type Planned } from '../plan/planned.ts';
import { addUp, summarise } from './summary.ts';

export function planJson(plans: readonly Planned[]): PlanList {
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'PlanList',
    pending: plans.some(isPending),
    summary: addUp(plans.map(({ road }) => summarise(road))),
    plans: plans.map((plan) => ({
      name: plan.name,
      provider: plan.provider,
      simulated: plan.provider === 'simulated',
      place: plan.place,
      pending: isPending(plan),
      summary: summarise(plan.road),
      differences: [...plan.road.differences],
      batches: plan.road.batches.map((batch) =>
        batch.map((step) => ({
          kind: step.kind,
          what: describeStep(step),
          why: step.why,
          ...step.note,
          blinks: [...step.note.blinks],
        })),
      ),
      isCut: plan.road.isCut,
      estimate: plan.road.estimate,
      holds: [...plan.road.holds],
      warnings: [...plan.warnings],
      couldNotLook: [...plan.blind],
      digest: plan.road.digest,
      observedAt: new Date(plan.observedAt).toISOString(),
    })),
  };
}
