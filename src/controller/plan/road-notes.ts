import type { Durations } from '../../model/durations.ts';
import type { Observed, SwarmView } from '../../model/observed.ts';
import type { RoadStep, StepNote } from '../../model/plan.ts';
import { raftOf } from '../../model/quorum.ts';
import type { Step } from '../../model/step.ts';
import { stepMs } from './step-times.ts';

export interface NotesAsk {
  readonly steps: readonly Step[];
  /** The world before this batch, and as it is imagined after it. */
  readonly before: Observed;
  readonly after: Observed;
  /** How long nothing is begun before it: settling, or until a window opens. */
  readonly waitMs: number;
  readonly durations: Durations;
}

/** A batch with what people want to know of each step before it is taken. */
export function withNotes({ steps, before, after, waitMs, durations }: NotesAsk): readonly RoadStep[] {
  const marginAfter = marginOf(after);
  return steps.map((step): RoadStep => {
    const blinks = blinksAt(step, swarmOf(before));
    const note: StepNote = { marginAfter, blinks, waitMs, takesMs: stepMs(step, before, durations) };
    return { ...step, note };
  });
}

/** Null: there is no swarm. */
export function marginOf(observed: Observed): number | null {
  const swarm = swarmOf(observed);
  return swarm === null ? null : raftOf(swarm.members).margin;
}

const swarmOf = ({ swarm }: Observed): SwarmView | null => (swarm.ok ? swarm.value : null);

/**
 * Names of services that blink: a drain stops their tasks before others run in their place. Those labelled
 * `skep.drain=surge` are moved the other way round.
 */
function blinksAt(step: Step, swarm: SwarmView | null): readonly string[] {
  if (step.kind !== 'set-node' || step.availability !== 'drain' || swarm === null) return [];
  const here = new Set(
    swarm.tasks.filter((t) => t.nodeId === step.node && t.state === 'running').map((t) => t.serviceId),
  );
  const moved = swarm.services.filter((s) => s.mode === 'replicated' && here.has(s.id));
  return moved.filter((s) => s.labels['skep.drain'] !== 'surge').map((s) => s.name);
}
