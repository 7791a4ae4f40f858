import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { Durations } from '../../model/durations.ts';
import type { Observed } from '../../model/observed.ts';
import type { RoadEstimate, RoadStep } from '../../model/plan.ts';
import type { Step } from '../../model/step.ts';

/**
 * How long steps take until their effect is there, ms: as seen in this very cluster, else these. Measured on two cores with
 * Docker 20.10 and 28.5 where nothing else is said; a startup includes that its node joins and is admitted.
 */
const DEFAULT_MS = {
  /** One local node beside others: 1.3–2.5 s. */
  startup: 2_000,
  /** Where tasks end on SIGTERM 2–3 s; Docker kills others after 10 s unless their service says otherwise (`stop-grace-period`). */
  drain: 5_000,
  /** Until the others reach it: 0.6–1.0 s. */
  promote: 1_000,
  /** Of a follower 0.1 s, of the leader 1.2 s. */
  demote: 1_000,
  /** Five containers at once: 0.7 s. */
  remove: 1_000,
  /** A network, a forwarder, or a swarm of one, new or forced: 1 s each. */
  make: 1_000,
  /** From a machine's end until the swarm calls its member Down and it leaves the list: 10–15 s. Other steps go on meanwhile. */
  leave: 12_500,
} as const;

/** Of the step alone: steps of one batch run beside each other. */
export function stepMs(step: Step, before: Observed, durations: Durations): number {
  switch (step.kind) {
    case 'grow-pool':
    case 'start-machine':
      return durations.startup?.ms ?? startupMs(before);
    case 'set-node':
      return step.availability === 'drain' && hasTasks(step.node, before)
        ? (durations.drain?.ms ?? DEFAULT_MS.drain)
        : 0;
    case 'promote':
      return DEFAULT_MS.promote;
    case 'demote':
      return DEFAULT_MS.demote;
    case 'remove-machine':
      return DEFAULT_MS.remove;
    case 'ensure-carriers':
    case 'init-swarm':
    case 'force-new-cluster':
    case 'destroy-carriers':
      return DEFAULT_MS.make;
    default:
      return 0;
  }
}

/** A simulated machine boots as long as its spec says. */
function startupMs({ record }: Observed): number {
  const spec = record.ok ? record.value?.spec.spec : undefined;
  return spec?.provider === 'simulated' ? durationMs(spec.simulated.bootTime) : DEFAULT_MS.startup;
}

const hasTasks = (node: string, { swarm }: Observed): boolean =>
  swarm.ok && (swarm.value?.tasks ?? []).some((t) => t.nodeId === node && t.state === 'running');

/** The whole road: its batches one after the other, each as long as its longest step, and until the last member has left. */
export function estimateOf(
  batches: readonly (readonly RoadStep[])[],
  durations: Durations,
  marginBefore: number | null,
): RoadEstimate {
  const moves = batches.map((batch) => batch.some((s) => s.kind === 'promote' || s.kind === 'demote'));
  const [first, last] = [moves.indexOf(true), moves.lastIndexOf(true)];
  let totalMs = 0;
  let withoutToleranceMs = 0;
  let margin = marginBefore;
  let leavesAtMs = 0;
  for (const [i, batch] of batches.entries()) {
    const ms = (batch[0]?.note.waitMs ?? 0) + Math.max(...batch.map(({ note }) => note.takesMs));
    const after = batch[0]?.note.marginAfter ?? null;
    totalMs += ms;
    const isMoving = marginBefore !== null && first <= i && i <= last;
    if (isMoving && Math.min(margin ?? 0, after ?? 0) <= 0) withoutToleranceMs += ms;
    margin = after;
    if (batch.some((s) => s.kind === 'remove-machine')) leavesAtMs = totalMs + DEFAULT_MS.leave;
  }
  if (batches.some((batch) => batch.some((s) => s.kind === 'remove-member'))) totalMs = Math.max(totalMs, leavesAtMs);
  return { totalMs, withoutToleranceMs, basis: durations.startup || durations.drain ? 'seen' : 'defaults' };
}
