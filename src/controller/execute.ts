import type { Clock } from '../base/clock.ts';
import { mapLimit } from '../base/concurrency.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { Result } from '../base/result.ts';
import type { MachineId } from '../model/ids.ts';
import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { ClusterRef, Provider } from '../providers/provider.ts';

/** Steps that run at once at most. Our choice: a local engine gains nothing beyond (two cores: five starts in 1.1 s). */
const PARALLEL_STEPS = 16;

export interface StepResult {
  readonly step: Step;
  readonly result: Result<void, Problem>;
  readonly durationMs: number;
}

export interface Effects {
  readonly ref: ClusterRef;
  readonly provider: Provider;
  /** The manager through which the swarm is changed; null when there is no swarm yet. */
  readonly via: MachineId | null;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  /** Asked right before each effect: whether the lease is still ours. */
  readonly mayBegin: () => boolean;
  /** Begun for each step, for the log. */
  readonly onBegin: (step: Step) => void;
}

/** Runs a batch, all of it together, and answers what was begun. Decides nothing. Without the lease nothing is begun. */
export async function execute(
  batch: readonly Step[],
  effects: Effects,
  signal: AbortSignal,
): Promise<readonly StepResult[]> {
  const results = await mapLimit(batch, PARALLEL_STEPS, async (step): Promise<StepResult | null> => {
    if (!effects.mayBegin()) return null;
    effects.onBegin(step);
    const began = effects.clock.monotonic();
    effects.failpoint(`${placeOf(step)}:before`);
    const result = await perform(step, effects, signal);
    effects.failpoint(`${placeOf(step)}:after`);
    return { step, result, durationMs: Math.round(effects.clock.monotonic() - began) };
  });
  return results.filter((result) => result !== null);
}

/** The failpoint's name. A drain is told apart from other changes of a node: what dies after it dies in the drain. */
const placeOf = (step: Step): string =>
  step.kind === 'set-node' && step.availability === 'drain' ? 'drain' : step.kind;

async function perform(
  step: Step,
  { ref, provider, via }: Effects,
  signal: AbortSignal,
): Promise<Result<void, Problem>> {
  const { infrastructure, swarm, records } = provider;
  const through = via ?? ('' as MachineId);
  switch (step.kind) {
    case 'write-record':
      return records.swap(ref.cluster, step.seenRevision, step.next, signal);
    case 'forget-record':
      return records.swap(ref.cluster, step.seenRevision, null, signal);
    case 'ensure-carriers':
      return infrastructure.ensure(ref, { forwardTo: step.forwardTo }, signal);
    case 'destroy-carriers':
      return infrastructure.destroy(ref, signal);
    case 'grow-pool':
      return infrastructure.resize(ref, { pool: step.pool, count: step.count, machines: step.machines }, signal);
    case 'start-machine':
      return infrastructure.startMachine(ref, step.machine, signal);
    case 'stop-machine':
      return infrastructure.stopMachine(ref, step.machine, signal);
    case 'load-image':
      return infrastructure.loadImage(ref, step.machine, step.image, signal);
    case 'remove-machine':
      return infrastructure.removeMachine(ref, step.machine, signal);
    case 'init-swarm':
      return swarm.init(ref, step.machine, step.options, signal);
    case 'force-new-cluster':
      return swarm.forceNew(ref, step.machine, signal);
    case 'set-swarm':
      return swarm.setSwarm(ref, through, step.version, step.options, signal);
    case 'join':
      return swarm.join(ref, step.machine, step.through, signal);
    case 'leave':
      return swarm.leave(ref, step.machine, signal);
    case 'set-node':
      return swarm.setNode(
        ref,
        through,
        { id: step.node, version: step.version },
        { availability: step.availability, labels: step.labels },
        signal,
      );
    case 'promote':
      return swarm.promote(ref, through, { id: step.node, version: step.version }, signal);
    case 'demote':
      return swarm.demote(ref, through, { id: step.node, version: step.version }, signal);
    case 'constrain-service': {
      const service = { id: step.service, version: step.version };
      return swarm.constrain(ref, through, service, { node: step.node, on: step.on }, signal);
    }
    case 'rebalance-service':
      return swarm.rebalance(ref, through, { id: step.service, version: step.version }, signal);
    case 'remove-member':
      return swarm.remove(ref, through, step.node, step.force, signal);
  }
}
