import type { EventSink } from '../../base/events.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import type { VirtualClock } from '../../base/virtual-clock.ts';
import { type Leadership, runLeader } from '../../controller/loop/lease.ts';
import { LEASE_TIMES, rest } from '../../controller/loop/lease-times.ts';
import { createProcess, type SimulatedProcess } from '../process.ts';
import type { Referee } from './referee.ts';
import type { Road } from './store.ts';
import type { ReplicaFault } from './story.ts';

/** One host: a controller process at a time, started anew when it died or ended. What it does is the lease and effects. */
export interface Replica {
  start(): void;
  /** The highest term that a process of it took; 0: none. */
  term(): number;
  /** Asked as before an effect; false while it is down or suspended. */
  mayBegin(): boolean;
  befall(fault: Exclude<ReplicaFault, { kind: 'lease-gone' }>): void;
  /** Nothing goes wrong from now on. */
  allWell(): void;
  kill(): void;
}

export interface ReplicaNeeds {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly road: Road;
  readonly referee: Referee;
  readonly sink: EventSink;
  readonly aheadMs: number;
}

/** Between two effects of a holder, and how long one takes, ms at most: a label is quick, a machine takes its time. */
const BETWEEN_MS = 1_000;
const EFFECT_MS = [50, 500, 6_000] as const;

export function createReplica({ name, clock, random, road, referee, sink, ...needs }: ReplicaNeeds): Replica {
  let aheadMs = needs.aheadMs;
  let lives = 0;
  let highest = 0;
  let isOver = false;
  let downMs = 1_000;
  let process: SimulatedProcess | null = null;
  let stop = new AbortController();
  let leadership: Leadership | null = null;
  const wallClock = { ...clock, now: () => clock.now() + aheadMs };

  function down(): void {
    process = null;
    leadership = null;
    void clock.sleep(downMs).then(() => isOver || start());
  }

  function start(): void {
    lives += 1;
    const id = `${name}${lives}`;
    const own = createProcess(id, wallClock, down);
    stop = new AbortController();
    process = own;
    const lease = road.leaseOf(own);
    const ended = runLeader(
      {
        store: lease,
        isInPlace: lease.isInPlace,
        id,
        clock: own.clock,
        random: seededRandom(Math.floor(random.next() * 2 ** 32)),
        sink,
        times: LEASE_TIMES,
        highestTerm: () => own.through('records.list', async () => referee.highestTerm()),
        onStandby: () => {},
        onLeading: (given) => lead(own, given),
      },
      stop.signal,
    );
    void ended.then(() => process === own && down());
  }

  async function lead(own: SimulatedProcess, given: Leadership): Promise<void> {
    leadership = given;
    highest = given.term;
    while (!given.signal.aborted) {
      await rest(own.clock, BETWEEN_MS * random.next(), given.signal);
      if (given.mayBegin()) await own.through('effect', () => effect(own, given));
    }
  }

  async function effect(own: SimulatedProcess, { term, over }: Leadership): Promise<void> {
    const ended = referee.begins({ by: own.id, term, isInHand: () => own.state() === 'running' });
    const most = EFFECT_MS[Math.floor(random.next() * EFFECT_MS.length)] ?? 0;
    await rest(clock, most * random.next(), over);
    ended();
  }

  return {
    start,
    term: () => highest,
    mayBegin: () => process?.state() === 'running' && leadership?.mayBegin() === true,
    befall(fault) {
      const own = process;
      if (fault.kind === 'jump') aheadMs += fault.ms;
      else if (fault.kind === 'cut' || fault.kind === 'slow' || fault.kind === 'lose') road.set(fault);
      else if (fault.kind === 'suspend') {
        own?.pause();
        void clock.sleep(fault.ms).then(() => own?.resume());
      } else {
        downMs = fault.downMs;
        if (fault.kind === 'exit') stop.abort();
        else own?.doom(fault.calls, fault.side);
      }
    },
    allWell() {
      road.clear();
      process?.resume();
      process?.doom(Number.POSITIVE_INFINITY, 'before');
    },
    kill() {
      isOver = true;
      process?.kill();
    },
  };
}
