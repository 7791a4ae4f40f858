import { type Arc, STANDS_MS } from './draw-arc.ts';
import type { Dice, Written } from './draw-spec.ts';
import { edit, remade, withManagers, withRollout, withSpec, withWorkers } from './drawn-documents.ts';
import type { Deed, FaultKind } from './story.ts';

/** One fault, and what makes the controller do the very call that it meets. */

interface Occasion {
  readonly spec: Written;
  readonly deeds: readonly Deed[];
  /** When the first deed is done, ms; the others follow at intervals. Missing: once the cluster stands. */
  readonly from?: number;
  readonly leastMs?: number;
}
type DrawOccasion = (doc: Written, dice: Dice) => Occasion;

const birth: DrawOccasion = (spec) => ({ spec, deeds: [], from: 0 });

/** How each call that changes something comes about. */
const OCCASIONS: Readonly<Record<string, DrawOccasion>> = {
  'infrastructure.ensure': (spec, dice) =>
    dice.chance(0.5) ? { spec, deeds: [{ kind: 'carriers' }] } : birth(spec, dice),
  'infrastructure.resize': (doc) => ({ spec: withWorkers(doc, 1), deeds: [edit(withWorkers(doc, 2))] }),
  'infrastructure.startMachine': (spec, { roll, pick }) => ({
    spec,
    deeds: [{ kind: 'stop', roll: roll(), role: pick(['manager', 'worker']) }],
  }),
  'infrastructure.stopMachine': (doc, { between }) => ({
    spec: withManagers(doc, 3),
    deeds: [0.1, 0.5, 0.9].map((roll) => ({ kind: 'backup', roll, ms: between(5_000, 20_000) }) as const),
  }),
  'infrastructure.removeMachine': (doc) => {
    const spec = withWorkers(doc, 2, { localData: 'Discard' });
    return { spec, deeds: [edit(withWorkers(spec, 1))] };
  },
  'infrastructure.destroy': deleted,
  'swarm.init': birth,
  'swarm.setSwarm': (spec) => ({ spec, deeds: [{ kind: 'options' }] }),
  'swarm.join': birth,
  'swarm.leave': (doc, { roll }) => {
    const which = roll();
    return {
      spec: withWorkers(withManagers(doc, 1), 3),
      deeds: [
        { kind: 'expire', roll: which },
        { kind: 'remove-member', roll: which },
      ],
    };
  },
  'swarm.forceNew': (doc) => ({
    spec: withManagers(doc, 3),
    deeds: [...[0.1, 0.1].map((roll) => ({ kind: 'destroy', roll, role: 'manager' }) as const), ...RECOVERS],
    leastMs: 120_000,
  }),
  'swarm.setNode': (doc) => ({
    spec: withWorkers(doc, 2),
    deeds: [edit(withWorkers(doc, 2, { nodeLabels: { tier: 'other' } }))],
  }),
  'swarm.promote': (doc) => ({ spec: withManagers(doc, 1), deeds: [edit(withManagers(doc, 3))] }),
  'swarm.demote': (doc) => ({ spec: withManagers(doc, 3), deeds: [edit(withManagers(doc, 1))] }),
  'swarm.remove': (doc, { roll }) => ({
    spec: withWorkers(doc, 2),
    deeds: [{ kind: 'destroy', roll: roll(), role: 'worker' }],
  }),
  'swarm.constrain': (doc) => {
    const spec = withWorkers(doc, 2, { localData: 'Discard' });
    return {
      spec,
      deeds: [deploy({ labels: { 'skep.drain': 'surge' } }), edit(withWorkers(spec, 1))],
      leastMs: 75_000,
    };
  },
  'swarm.rebalance': (doc) => {
    // Each node in turn takes over all tasks, and the one that is made last has none.
    const spec = withRollout(
      withSpec(withWorkers(doc, 2, { localData: 'Discard' }), { managers: { count: 1, availability: 'Drain' } }),
      { rebalance: true, settle: '0s', canary: false, maxSurge: 0, maxUnavailable: 1 },
    );
    return { spec, deeds: [deploy({ replicas: 4 }), edit(remade(spec, 7))], leastMs: 180_000 };
  },
  'records.swap': (spec, dice) => (dice.chance(0.5) ? birth(spec, dice) : deleted(spec)),
};

const deploy = (more: object): Deed => ({ kind: 'deploy', service: { name: 'shop', replicas: 2, ...more } });
/** A person asks again until there is something to recover. */
const RECOVERS: readonly Deed[] = Array.from({ length: 6 }, () => ({ kind: 'recover' }) as const);

function deleted(doc: Written): Occasion {
  const spec = withSpec(doc, { deletionPolicy: 'Delete' });
  return { spec, deeds: [{ kind: 'delete-file', undoMs: null }], from: 10_000, leastMs: 90_000 };
}

/** Calls that change something. A simulated node has its images, so `loadImage` is none of them. */
export const AIMED_CALLS: readonly string[] = Object.keys(OCCASIONS);

const HOWS: readonly FaultKind[] = ['refuse', 'unreachable', 'throttle', 'conflict', 'late', 'lose', 'twice'];
/** Between the deeds of one occasion, ms: longer than most of what they set going. */
const APART_MS = 6_000;

export function drawAimed(dice: Dice, doc: Written): Arc {
  const on = dice.pick(AIMED_CALLS);
  const occasion = (OCCASIONS[on] as DrawOccasion)(doc, dice);
  const from = occasion.from ?? STANDS_MS;
  const how = dice.pick([...HOWS, 'death', 'death'] as const);
  const trouble: Deed =
    how === 'death'
      ? { kind: 'die', on, calls: 1, side: dice.pick(['before', 'after']), downMs: dice.between(500, 5_000), roll: 0 }
      : { kind: 'fault', fault: { on, how, calls: dice.pick([1, 1, 2]), ms: dice.between(500, 10_000) } };
  return {
    spec: occasion.spec,
    deeds: [{ at: from, deed: trouble }, ...occasion.deeds.map((deed, i) => ({ at: from + 10 + i * APART_MS, deed }))],
    leastMs: occasion.leastMs ?? 60_000,
  };
}
