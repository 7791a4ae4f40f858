import { seededRandom } from '../../base/random.ts';
import { type Dice, diceOf } from '../draw-spec.ts';
import type { ReplicaFault, ReplicaHappening, ReplicaStory } from './story.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** One schedule of time and store faults, all of it from its seed. */
export function drawReplicas(seed: number): ReplicaStory {
  const dice = diceOf(seededRandom(seed));
  const { pick, between, chance, roll } = dice;
  const replicas = pick([2, 2, 3]);
  const quietAt = between(MINUTE, 2 * MINUTE);
  // What belongs together comes together: else a lease would mostly have recovered in between.
  const apartMs = pick([3_000, 10_000, 30_000]);
  const events: ReplicaHappening[] = [];
  for (let at = between(0, 20_000); at < quietAt; at += between(0, 2 * apartMs)) {
    const replica = chance(0.6) ? 'leader' : Math.floor(roll() * replicas);
    events.push({ at, replica, what: pick(FAULTS)(dice) });
  }
  return {
    seed,
    store: pick(['table', 'table', 'file']),
    aheadMs: Array.from({ length: replicas }, () => pick([0, 0, between(-MINUTE, MINUTE), between(-HOUR, HOUR)])),
    events,
    quietAt,
  };
}

/** Below what a renewal may take, around what a holder and a standby wait, beyond all of it. */
const spell = ({ pick, between }: Dice): number =>
  pick([between(100, 2_000), between(6_000, 16_000), between(16_000, MINUTE)]);

const suspend = (dice: Dice): ReplicaFault => ({ kind: 'suspend', ms: spell(dice) });
const jump = ({ pick, between }: Dice): ReplicaFault => ({
  kind: 'jump',
  ms: pick([1, -1]) * pick([between(1_000, 15_000), between(15_000, 2 * HOUR)]),
});
const cut = (dice: Dice): ReplicaFault => ({ kind: 'cut', how: dice.pick(['refused', 'silent']), ms: spell(dice) });
const slow = (dice: Dice): ReplicaFault => ({
  kind: 'slow',
  upToMs: dice.pick([dice.between(200, 2_000), dice.between(2_000, 12_000)]),
  ms: spell(dice),
});

const FAULTS: readonly ((dice: Dice) => ReplicaFault)[] = [
  suspend,
  suspend,
  jump,
  jump,
  cut,
  cut,
  slow,
  slow,
  ({ between }) => ({ kind: 'lose', calls: between(1, 6) }),
  ({ pick, between }) => ({
    kind: 'die',
    calls: between(1, 20),
    side: pick(['before', 'after']),
    downMs: between(500, 20_000),
  }),
  ({ between }) => ({ kind: 'exit', downMs: between(500, 20_000) }),
  ({ chance, between }) => (chance(0.3) ? { kind: 'lease-gone' } : { kind: 'lose', calls: between(1, 2) }),
];
