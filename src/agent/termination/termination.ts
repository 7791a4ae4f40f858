import type { Clock } from '../../base/clock.ts';
import type { EventSink } from '../../base/events.ts';
import type { Result } from '../../base/result.ts';
import type { EngineView } from '../../model/observed.ts';
import { describeProblem, type Problem } from '../../model/problem.ts';
import type { TerminationHook } from '../../providers/aws/termination-hook.ts';
import type { Metadata } from '../metadata.ts';
import { type Notice, readNotice } from '../notice.ts';
import { type SteppingDown, stepDown } from './step-down.ts';

/** Sees that this node is going to be taken away, says so, and holds it until it has left its swarm. */
export interface Termination {
  /** For the node's report; null: it stays, as far as it is known. */
  leaving(): Notice | null;
  /** Until `signal` aborts. Rejects only when this program is wrong. */
  run(signal: AbortSignal): Promise<void>;
}

export interface TerminationOptions extends SteppingDown {
  readonly metadata: Metadata;
  readonly engine: (signal: AbortSignal) => Promise<Result<EngineView, Problem>>;
  /** Null: the instance is in no Auto Scaling group. */
  readonly hook: TerminationHook | null;
  readonly clock: Clock;
  readonly sink: EventSink;
}

/** EC2's advice for spot interruptions (EC2 User Guide, "Spot Instance interruption notices"). */
const WATCH_MS = 5_000;
/** Our choice. The hook's own time must be several times as long; Auto Scaling ends it after 48 h or a hundred times that. */
const HEARTBEAT_MS = 60_000;
/** After a heartbeat that failed. Our choice: three fit into the shortest hook that these heartbeats can keep. */
const AGAIN_MS = 15_000;

/**
 * What the hook is told. A node is drained by whoever leads the cluster; out of the swarm it has nothing to lose any more.
 * An engine that does not answer says nothing: the controller ends the hook then.
 */
export function hookDuty(notice: Notice | null, engine: EngineView | null): 'heartbeat' | 'complete' | null {
  if (notice?.cause !== 'terminating') return null;
  return engine?.swarm === 'inactive' ? 'complete' : 'heartbeat';
}

/** A recommendation announces nothing yet: the controller replaces the node first. */
export const isGoing = (notice: Notice | null): boolean => notice !== null && notice.cause !== 'rebalance';

export function createTermination(options: TerminationOptions): Termination {
  const { metadata, engine: readEngine, hook, clock, sink } = options;
  let notice: Notice | null = null;
  /** What the hook was told last, and until when that is enough, ms on the monotonic clock. */
  let told = { duty: '', until: 0 };
  const said = new Map<string, string>();

  /** What keeps failing in the same way is said once. */
  function tell(what: string, result: Result<unknown, Problem>): boolean {
    const text = result.ok ? '' : `${what}: ${describeProblem(result.problem)}`;
    if (text !== '' && text !== said.get(what)) sink.emit('SKP605', { what: text });
    said.set(what, text);
    return result.ok;
  }

  async function turn(signal: AbortSignal): Promise<void> {
    const read = await readNotice(metadata, signal);
    tell('watching for termination', read);
    if (read.ok) {
      if (read.value && read.value.cause !== notice?.cause) sink.emit('SKP607', { what: wordsOf(read.value) });
      notice = read.value; // when it cannot be read, what was announced stands
    }
    if (!isGoing(notice)) return;
    const engine = await readEngine(signal);
    if (engine.ok && engine.value.isManager) tell('leaving raft', await stepDown(options, engine.value, signal));
    await tellHook(engine.ok ? engine.value : null, signal);
  }

  async function tellHook(engine: EngineView | null, signal: AbortSignal): Promise<void> {
    const duty = hookDuty(notice, engine);
    if (!hook || !duty || (told.duty === duty && clock.monotonic() < told.until)) return;
    const done = tell(`${duty} of the termination hook`, await hook[duty](signal));
    if (done && duty === 'complete') sink.emit('SKP608', {});
    const enough = !done ? AGAIN_MS : duty === 'complete' ? Number.POSITIVE_INFINITY : HEARTBEAT_MS;
    told = { duty, until: clock.monotonic() + enough };
  }

  return {
    leaving: () => notice,
    async run(signal) {
      try {
        for (;;) {
          await turn(signal);
          await clock.sleep(WATCH_MS, signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

function wordsOf({ cause, at }: Notice): string {
  const when = at === null ? '' : `, ${new Date(at).toISOString()}`;
  switch (cause) {
    case 'spot':
      return `EC2 takes the spot instance back${when}`;
    case 'terminating':
      return 'its Auto Scaling group terminates it';
    case 'rebalance':
      return `EC2 recommends to replace the spot instance soon${when}`;
  }
}
