import { seededRandom } from '../base/random.ts';
import type { Availability } from '../model/observed.ts';
import type { ServiceWish } from '../providers/simulated/acts.ts';
import { drawAimed } from './draw-aimed.ts';
import { type Arc, drawArc, STANDS_MS } from './draw-arc.ts';
import { changeSpec, type Dice, diceOf, drawSpec, type Written } from './draw-spec.ts';
import { type CallFault, type Deed, FAULT_KINDS, type Happening, type Story, type What } from './story.ts';

const MINUTE = 60_000;
/** Two passes in three would else see nothing new: most schedules do without them, and cost little more than half. */
const RECHECKS_MS = [0, 2_000, 2_000, 2_000, 2_000];
const NAMES = ['alpha', 'beta'] as const;

/** One schedule, all of it from its seed. */
export function drawStory(seed: number): Story {
  const dice = diceOf(seededRandom(seed));
  const { chance, pick, between } = dice;
  const clusters = chance(0.04) ? 2 : 1;
  const arcs = NAMES.slice(0, clusters).map((name) => drawCourse(dice, drawSpec(dice, name)));
  const specs = arcs.map(({ spec }) => spec);
  const files = Object.fromEntries(specs.map((spec) => [`${spec.metadata.name}.yaml`, JSON.stringify(spec)]));
  const drawnQuietAt = between(60_000, pick([90_000, 90_000, 2 * MINUTE, 4 * MINUTE]));
  const quietAt = Math.max(drawnQuietAt, ...arcs.map(({ leastMs }) => leastMs));
  const events: Happening[] = [];
  const happen = (at: number, what: What): void => void events.push({ at: Math.round(at), what });
  for (let cluster = 0; cluster < clusters; cluster += 1) {
    // Most clusters stand before anything befalls them.
    const bornAt = chance(0.8) ? STANDS_MS : 0;
    const { deeds } = arcs[cluster] as Arc;
    for (const { at, deed } of deeds) happen(at, { cluster, ...deed });
    for (const service of drawServices(dice)) happen(bornAt, { cluster, kind: 'deploy', service });
    let spec = specs[cluster] as Written;
    // What belongs together is mostly left alone.
    const isTold = deeds.length > 0 && chance(0.7);
    for (let changes = isTold ? 0 : pick([0, 1, 1, 1, 2, 3]); changes > 0; changes -= 1) {
      spec = changeSpec(dice, spec);
      happen(between(bornAt, quietAt), { cluster, ...drawEdit(dice, JSON.stringify(spec)) });
    }
    const kinds = drawTemper(dice);
    for (let n = isTold ? pick([0, 1]) : pick([1, 2, 3, 6]); n > 0; n -= 1) {
      happen(between(bornAt, quietAt), { cluster, ...pick(kinds)(dice) });
    }
  }
  const leastRecheckMs = pick(RECHECKS_MS);
  return { seed, files, events: events.sort((a, b) => a.at - b.at), quietAt, leastRecheckMs };
}

/** Of the schedules so many are about one fault at one call, and so many about what takes several happenings. */
const AIMED_SHARE = 0.25;
const ARC_SHARE = 0.2;

function drawCourse(dice: Dice, spec: Written): Arc {
  const roll = dice.roll();
  if (roll < AIMED_SHARE) return drawAimed(dice, spec);
  return roll < AIMED_SHARE + ARC_SHARE ? drawArc(dice, spec) : { spec, deeds: [], leastMs: 0 };
}

type Draw = (dice: Dice) => Deed;

const VICTIMS = ['any', 'manager', 'worker', 'leader'] as const;
const undoing = ({ chance, between }: Dice): number | null => (chance(0.8) ? between(5_000, 2 * MINUTE) : null);

export const NATURE: readonly Draw[] = [
  ({ pick, roll }) => ({
    kind: pick(['kill', 'stop', 'destroy', 'destroy'] as const),
    roll: roll(),
    role: pick(VICTIMS),
  }),
  ({ pick, roll, between }) => ({
    kind: pick(['freeze', 'cut'] as const),
    roll: roll(),
    role: pick(VICTIMS),
    ms: between(2_000, 4 * MINUTE),
  }),
  ({ roll, pick, between }) => ({
    kind: 'zone',
    roll: roll(),
    how: pick(['dark', 'cut']),
    ms: between(10_000, 2 * MINUTE),
  }),
  ({ chance, roll, pick }) =>
    chance(0.3) ? { kind: 'restart-all' } : { kind: 'kill', roll: roll(), role: pick(VICTIMS) },
  ({ chance, pick, between }) =>
    chance(0.6)
      ? { kind: 'boots', how: pick(['slowly', 'never']), machines: between(1, 2) }
      : { kind: 'joins', machines: between(1, 2), named: chance(0.5) },
  ({ chance, roll, between }) =>
    chance(0.5) ? { kind: 'lock', roll: roll(), ms: between(5_000, 2 * MINUTE) } : { kind: 'expire', roll: roll() },
  ({ chance, between }) =>
    chance(0.7) ? { kind: 'change-leader' } : { kind: 'rotate-root', ms: between(2_000, MINUTE) },
];

const PEOPLE: readonly Draw[] = [
  (dice) => ({
    kind: 'availability',
    roll: dice.roll(),
    set: dice.pick<Availability>(['drain', 'drain', 'pause', 'active']),
    undoMs: undoing(dice),
  }),
  ({ roll, pick }) => ({ kind: 'role', roll: roll(), how: pick(['promote', 'demote']) }),
  ({ roll, chance }) => (chance(0.7) ? { kind: 'remove-member', roll: roll() } : { kind: 'ghost', roll: roll() }),
  ({ roll, pick }) => ({ kind: 'label', roll: roll(), label: pick(['tier', 'rack']), value: pick(['a', 'z']) }),
  (dice) => ({ kind: 'hold-label', roll: dice.roll(), undoMs: undoing(dice) }),
  ({ pick }) => ({ kind: pick(['options', 'stranger-joins', 'carriers', 'other-hashes'] as const) }),
  (dice) => ({ kind: 'deploy', service: dice.pick(drawServices(dice, 1)) }),
  ({ roll }) => ({ kind: 'remove-service', roll: roll() }),
  (dice) =>
    dice.chance(0.5)
      ? { kind: 'pause-intent', undoMs: undoing(dice) }
      : { kind: dice.pick(['confirm', 'retry', 'abort', 'rollout', 'rebalance'] as const) },
  (dice) =>
    dice.chance(0.5)
      ? { kind: 'newer-skep', undoMs: undoing(dice) }
      : { kind: 'clone', roll: dice.roll(), undoMs: undoing(dice) },
];

const FILES: readonly Draw[] = [
  (dice) => ({ kind: 'delete-file', undoMs: undoing(dice) }),
  (dice) => ({ kind: dice.pick(['rename', 'break', 'duplicate'] as const), undoMs: undoing(dice) }),
  ({ pick, between }) => ({
    kind: 'directory',
    how: pick(['vanishes', 'denied', 'empty']),
    ms: between(1_000, MINUTE),
  }),
  ({ chance, between }) => (chance(0.5) ? { kind: 'undo' } : { kind: 'checkout-old', ms: between(5_000, MINUTE) }),
];

export const CONTROLLER: readonly Draw[] = [
  ({ between, pick, roll }) => ({
    kind: 'die',
    calls: between(1, 40),
    side: pick(['before', 'after']),
    downMs: between(500, 30_000),
    roll: roll(),
  }),
  ({ between, roll, pick }) => ({ kind: 'suspend', ms: between(1_000, pick([5_000, MINUTE])), roll: roll() }),
  ({ chance, roll }) =>
    chance(0.7)
      ? { kind: 'second-controller' }
      : chance(0.5)
        ? { kind: 'lease-gone' }
        : { kind: 'suspend', ms: 20_000, roll: roll() },
];

const WRITES = [
  'infrastructure.ensure',
  'infrastructure.resize',
  'infrastructure.startMachine',
  'infrastructure.removeMachine',
  'infrastructure.destroy',
  'swarm.init',
  'swarm.setSwarm',
  'swarm.join',
  'swarm.setNode',
  'swarm.promote',
  'swarm.demote',
  'swarm.remove',
  'records.swap',
] as const;

export const FAULTS: readonly Draw[] = [
  ({ pick, between }) => ({
    kind: 'fault',
    fault: drawFault(
      pick([...WRITES, '*', '*']),
      pick(FAULT_KINDS.slice(0, 7)),
      pick([1, 1, 2, 8]),
      between(500, 20_000),
    ),
  }),
  ({ pick, between }) => {
    const on = pick(['infrastructure.observe', 'swarm.observe', 'records.read', 'records.list'] as const);
    const lies = { 'infrastructure.observe': ['stale', 'partial'], 'swarm.observe': ['stale'] } as const;
    const how = pick(['unreachable', 'throttle', 'late', ...(lies[on as keyof typeof lies] ?? [])] as const);
    return { kind: 'fault', fault: drawFault(on, how, pick([1, 2, 5]), between(500, 8_000)) };
  },
  ({ pick, between }) => ({
    kind: 'fault',
    fault: drawFault(
      pick(['lease.read', 'lease.swap', 'disk.write']),
      pick(['lose', 'late', 'unreachable']),
      between(1, 8),
      between(500, 6_000),
    ),
  }),
];

const drawFault = (on: string, how: CallFault['how'], calls: number, ms: number): CallFault => ({ on, how, calls, ms });

/** What befalls one cluster is mostly of few kinds, so that these meet each other often. */
function drawTemper({ chance }: Dice): readonly Draw[] {
  const kinds = [
    ...(chance(0.6) ? NATURE : []),
    ...(chance(0.4) ? PEOPLE : []),
    ...(chance(0.2) ? FILES : []),
    ...(chance(0.4) ? CONTROLLER : []),
    ...(chance(0.6) ? FAULTS : []),
  ];
  return kinds.length > 0 ? kinds : [...NATURE, ...CONTROLLER, ...FAULTS];
}

function drawEdit({ chance, between }: Dice, text: string): Deed {
  return chance(0.15) ? { kind: 'write-slowly', text, ms: between(20, 15_000) } : { kind: 'edit', text };
}

const LABELS = [
  { 'skep.data': 'discard' },
  { 'skep.drain': 'surge' },
  { 'skep.drain': 'wait' },
  { 'skep.drain': 'skip' },
  { 'skep.drain': 'force' },
] as const;

function drawServices({ pick, chance }: Dice, least = 0): readonly ServiceWish[] {
  const count = Math.max(least, pick([0, 1, 1, 2]));
  return Array.from({ length: count }, (_, i): ServiceWish => {
    const isGlobal = chance(0.15);
    return {
      name: `service-${i + 1}`,
      replicas: isGlobal ? 'global' : pick([1, 2, 3, 4]),
      ...(chance(0.15) ? { localData: ['data'] } : {}),
      ...(chance(0.15) ? { labels: pick(LABELS) } : {}),
      ...(chance(0.1) ? { constraints: [`node.labels.tier==${pick(['a', 'b'])}`] } : {}),
      ...(chance(0.05) ? { maxReplicasPerNode: 1 } : {}),
      ...(chance(0.05) ? { hostPorts: ['80/tcp'] } : {}),
      ...(chance(0.05) ? { reservations: { nanoCpus: 1e9, memoryBytes: 2 ** 30 } } : {}),
      ...(chance(0.1) ? { job: true, jobMs: pick([5_000, 20 * MINUTE]) } : {}),
    };
  });
}
