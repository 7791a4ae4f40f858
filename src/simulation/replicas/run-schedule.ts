import type { EventSink } from '../../base/events.ts';
import { seededRandom } from '../../base/random.ts';
import { createVirtualClock } from '../../base/virtual-clock.ts';
import { createSharedLease } from '../doors/lease.ts';
import type { Broken } from '../trace.ts';
import { drawReplicas } from './draw-replicas.ts';
import { createReferee } from './referee.ts';
import { createReplica } from './replica.ts';
import { createRoad } from './store.ts';
import type { ReplicaStory } from './story.ts';

/** After the last fault: suspended ones have gone on, those that were down are up, and one holds the lease. */
const CALM_MS = 90_000;
const START = Date.UTC(2027, 0, 2, 12);

export interface Ran {
  readonly story: ReplicaStory;
  readonly broken: readonly Broken[];
  /** How many effects were begun, and how often a lease was taken. */
  readonly effects: number;
  readonly taken: number;
}

export const runSchedule = (seed: number): Promise<Ran> => runStory(drawReplicas(seed));

/**
 * Some controllers that share a lease, without what they keep: standing by, renewal, giving up and breaking off are those
 * that ship, an effect is a span of time. The whole controller is searched elsewhere; it costs a hundred times as much.
 */
export async function runStory(story: ReplicaStory): Promise<Ran> {
  const clock = createVirtualClock(START);
  const random = seededRandom(story.seed * 7_919 + 1);
  const shared = createSharedLease();
  const referee = createReferee(() => clock.monotonic());
  let taken = 0;
  const sink: EventSink = {
    emit(code) {
      if (code === 'SKP401') taken += 1;
    },
  };
  const replicas = story.aheadMs.map((aheadMs, i) => {
    const road = createRoad(story.store, shared, clock, random);
    return createReplica({ name: `replica-${i + 1}.`, clock, random, road, referee, sink, aheadMs });
  });
  const leader = () => replicas.reduce((a, b) => (b.term() > a.term() ? b : a));

  for (const replica of replicas) replica.start();
  for (const { at, replica, what } of story.events) {
    await clock.step(at - clock.monotonic());
    if (what.kind === 'lease-gone') shared.takeAway();
    else (replica === 'leader' ? leader() : replicas[replica])?.befall(what);
  }
  await clock.step(Math.max(0, story.quietAt - clock.monotonic()));
  for (const replica of replicas) replica.allWell();
  await clock.step(CALM_MS);
  const holders = replicas.filter((replica) => replica.mayBegin()).length;
  if (holders !== 1) referee.breaks('L1', `${holders} hold the lease ${CALM_MS / 1_000} s after the last fault`);
  for (const replica of replicas) replica.kill();
  const { broken, effects } = referee;
  return { story, broken, effects, taken };
}
