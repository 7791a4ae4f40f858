import type { Clock } from '../base/clock.ts';
import type { Failpoint } from '../base/failpoint.ts';
import { ok, type Result } from '../base/result.ts';
import type { ClusterName, MachineId } from '../model/ids.ts';
import type { EngineView, LiveSwarmOptions, SwarmInitOptions, SwarmView } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { Act } from '../providers/aws/table/act.ts';
import type { Engine } from '../providers/swarm/engine.ts';
import { readEngineView } from '../providers/swarm/engine-view.ts';
import { type Invitation, joinAsWorker, readInvitation } from '../providers/swarm/membership.ts';
import { answer } from '../providers/swarm/problems.ts';
import { createSwarm, lookThrough } from '../providers/swarm/swarm.ts';
import { carryOut, versionOf } from './carry-out.ts';

type Answer<T = void> = Promise<Result<T, Problem>>;

/** This node: its own engine, and the swarm as far as that engine reaches. Rejects only when `signal` aborts. */
export interface OwnNode {
  /** What the engine says of itself. */
  engine(signal: AbortSignal): Answer<EngineView>;
  /** What this manager sees. */
  look(signal: AbortSignal): Answer<SwarmView>;
  /** How workers join the swarm of this manager. */
  invitation(signal: AbortSignal): Answer<Invitation>;
  /** Starts a swarm. `refused`: it is in one. */
  found(options: SwarmInitOptions & LiveSwarmOptions, signal: AbortSignal): Answer;
  /** Joins as a paused worker; accepted or pending. One that is in a swarm succeeds. */
  join(invitation: Invitation, signal: AbortSignal): Answer;
  /** Forgets its swarm. One that is in none succeeds. */
  leave(signal: AbortSignal): Answer;
  /** Goes on as the only manager of its swarm. */
  forceNew(signal: AbortSignal): Answer;
  /** Changes the swarm at the version that was planned with; answers the version afterwards, null: it is not known. */
  act(act: Act, signal: AbortSignal): Answer<number | null>;
}

/** An engine that has just started, or has no leader, answers late; nobody waits longer for a report. Our choice. */
const ENGINE_LIMIT_MS = 8_000;

export interface OwnNodeOptions {
  readonly cluster: ClusterName;
  readonly machine: MachineId;
  /** Private address, fixed for the machine's life. */
  readonly address: string;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
}

export function createOwnNode({ cluster, machine, address, engine, clock, failpoint }: OwnNodeOptions): OwnNode {
  const swarm = createSwarm({ engineOf: () => engine, addressOf: async () => address, clock, failpoint });
  const ref = { cluster };
  return {
    engine: (signal) => answer(machine, signal, () => readEngineView(engine, [], ENGINE_LIMIT_MS, signal)),
    look: (signal) => lookThrough(clock, engine, machine, signal),
    invitation: (signal) => answer(machine, signal, () => readInvitation(engine, signal)),
    found: (options, signal) => swarm.init(ref, machine, options, signal),
    join: (invitation, signal) =>
      answer(machine, signal, () => joinAsWorker(engine, address, invitation, failpoint, signal)),
    leave: (signal) => swarm.leave(ref, machine, signal),
    forceNew: (signal) => swarm.forceNew(ref, machine, signal),
    async act(act, signal) {
      const done = await carryOut(swarm, ref, machine, act, signal);
      if (!done.ok) return done;
      const after = await lookThrough(clock, engine, machine, signal);
      return ok(after.ok ? versionOf(after.value, act) : null);
    },
  };
}
