import type { ServiceWish } from '../providers/simulated/acts.ts';
import type { Dice, Written } from './draw-spec.ts';
import { edit, remade, withManagers, withRollout, withSpec, withWorkers } from './drawn-documents.ts';
import type { Deed } from './story.ts';

/** Happenings that only together bring about something that single ones seldom do. */
export interface Arc {
  /** What is declared at the beginning. */
  readonly spec: Written;
  readonly deeds: readonly { readonly at: number; readonly deed: Deed }[];
  /** Faults stop no sooner, ms after the beginning. */
  readonly leastMs: number;
}

/** Most clusters are Ready by then, ms. */
export const STANDS_MS = 25_000;

const shop = (more: Partial<ServiceWish> = {}): Deed => ({
  kind: 'deploy',
  service: { name: 'shop', replicas: 2, ...more },
});
const at = (ms: number, deed: Deed) => ({ at: STANDS_MS + ms, deed });

type DrawArc = (dice: Dice, doc: Written) => Arc;

/** Each brings about what its name says. */
const ARCS: Readonly<Record<string, DrawArc>> = {
  'the first node of a rollout never comes up, and the next document mends it': (dice, doc) => {
    const unavailable = dice.pick([0, 1, 1]);
    const base = withRollout(withWorkers(doc, dice.pick([2, 3])), {
      canary: true,
      maxUnavailable: unavailable,
      maxSurge: unavailable === 0 ? 1 : 0,
      settle: '0s',
    });
    const spec = withSpec(base, { health: { ...base.spec.health, maxUnhealthy: dice.pick([0, 0, 1]) } });
    return {
      spec,
      deeds: [
        at(0, { kind: 'boots', how: 'never', machines: dice.pick([1, 2]) }),
        at(500, edit(remade(spec, 1))),
        at(dice.pick([20_000, 60_000, 150_000]), edit(remade(spec, 2))),
      ],
      leastMs: 60_000,
    };
  },
  'machines of a pool never come up': (dice, doc) => {
    const spec = withSpec(withWorkers(doc, 1), {
      health: { ...doc.spec.health, startupTimeout: '1m', startupRetries: 1, replace: true, maxUnhealthy: '100%' },
    });
    return {
      spec,
      deeds: [
        at(0, { kind: 'boots', how: 'never', machines: 4 }),
        at(1_000, edit(withWorkers(spec, dice.pick([2, 3])))),
      ],
      leastMs: 300_000,
    };
  },
  'a drain that does not end in time': (dice, doc) => {
    // Else the tasks would run on managers, and nothing be waited for.
    const onWorkers = withSpec(doc, { managers: { ...doc.spec.managers, availability: 'Drain' } });
    const spec = withRollout(withWorkers(onWorkers, 2, { localData: 'Discard' }), {
      drainTimeout: '10s',
      onDrainTimeout: dice.pick(['Pause', 'Pause', 'Force']),
    });
    const job = dice.chance(0.7) ? { job: true, jobMs: 20 * 60_000 } : { labels: { 'skep.drain': 'surge' } };
    return {
      spec,
      deeds: [at(0, shop({ replicas: dice.pick([2, 4]), ...job })), at(5_000, edit(withWorkers(spec, 1)))],
      leastMs: 90_000,
    };
  },
  'the controller dies while services are moved off a node': (dice, doc) => {
    const spec = withWorkers(doc, 2, { localData: 'Discard' });
    const on = dice.pick(['swarm.setNode', 'swarm.constrain', 'records.swap', undefined]);
    return {
      spec,
      deeds: [
        at(0, shop({ replicas: dice.pick([2, 4]), labels: { 'skep.drain': 'surge' } })),
        at(5_000, {
          kind: 'die',
          calls: on === undefined ? dice.between(1, 40) : 1,
          side: dice.pick(['before', 'after']),
          downMs: 1_000,
          roll: 0,
          ...(on === undefined ? {} : { on }),
        }),
        at(5_500, edit(dice.chance(0.5) ? withWorkers(spec, 1) : remade(spec, 3))),
      ],
      leastMs: 60_000,
    };
  },
  'leaders change while nodes are replaced': (dice, doc) => {
    const spec = withRollout(withWorkers(withManagers(doc, dice.pick([1, 3])), 3), { canary: false, settle: '0s' });
    return {
      spec,
      deeds: [
        at(0, shop({ replicas: 3 })),
        at(2_000, edit(remade(spec, 4))),
        ...[1, 2, 3].map((n) => at(2_000 + n * dice.between(2_000, 9_000), { kind: 'change-leader' } as const)),
      ],
      leastMs: 60_000,
    };
  },
  'a machine stops again and again': (dice, doc) => {
    const roll = dice.roll();
    const role = dice.pick(['worker', 'worker', 'manager'] as const);
    return {
      spec: withWorkers(withManagers(doc, 3), 2),
      deeds: [0, 1, 2, 3].map((n) => at(n * 14_000, { kind: 'kill', roll, role } as const)),
      leastMs: 90_000,
    };
  },
  'managers come and go': (dice, doc) => {
    const [first, second, third] = [
      dice.pick([1, 3] as const),
      dice.pick([3, 5] as const),
      dice.pick([1, 3, 7] as const),
    ];
    const spec = withManagers(doc, first);
    return {
      spec,
      deeds: [
        at(0, edit(withManagers(spec, second))),
        at(dice.between(1_000, 15_000), {
          kind: dice.pick(['kill', 'destroy', 'cut']),
          roll: dice.roll(),
          role: 'manager',
          ms: 20_000,
        }),
        at(dice.between(5_000, 30_000), edit(withManagers(spec, third))),
      ],
      leastMs: 60_000,
    };
  },
  'most managers are lost': (dice, doc) => {
    const kind = dice.pick(['destroy', 'kill'] as const);
    return {
      spec: withManagers(doc, dice.pick([3, 3, 5])),
      deeds: [
        ...[0, 1, 2]
          .slice(0, dice.pick([2, 2, 3]))
          .map((n) => at(n * 200, { kind, roll: dice.roll(), role: 'manager' } as const)),
        at(dice.between(15_000, 40_000), { kind: 'recover' }),
      ],
      leastMs: 90_000,
    };
  },
  'somebody else changes what is being changed': (dice, doc) => {
    const spec = withWorkers(doc, 3);
    const call = dice.pick(['swarm.setNode', 'swarm.promote', 'swarm.demote', 'records.swap']);
    const roll = dice.roll();
    return {
      spec,
      deeds: [
        at(0, { kind: 'fault', fault: { on: call, how: 'late', calls: 3, ms: dice.between(1_000, 6_000) } }),
        at(10, edit(dice.chance(0.5) ? withWorkers(spec, 1) : withManagers(spec, 3))),
        ...[0.1, 0.4, 0.7].map((r) =>
          at(dice.between(200, 6_000), { kind: 'label', roll: r, label: 'rack', value: 'z' } as const),
        ),
        at(dice.between(200, 6_000), { kind: 'availability', roll, set: 'pause', undoMs: 20_000 }),
      ],
      leastMs: 60_000,
    };
  },
  'the holder of the lease stands still, and another goes on': (dice, doc) => ({
    spec: withWorkers(doc, 2),
    deeds: [
      { at: 5_000, deed: { kind: 'second-controller' } },
      at(0, edit(withWorkers(doc, 3))),
      at(dice.between(0, 2_500), { kind: 'suspend', ms: dice.between(15_000, 40_000), roll: 0 }),
      at(5_000, edit(remade(doc, 5))),
    ],
    leastMs: 90_000,
  }),
  'the look at the machines fails while they are made, or go': (dice, doc) => {
    const on = 'infrastructure.observe';
    const how = dice.pick(['unreachable', 'throttle'] as const);
    const fails = (from: number): Arc['deeds'][number] => ({
      at: from,
      deed: { kind: 'fault', fault: { on, how, calls: dice.pick([1, 2, 4]), ms: 1_000 } },
    });
    const spec = withSpec(withWorkers(doc, 2), { deletionPolicy: 'Delete' });
    if (dice.chance(0.6)) return { spec, deeds: [fails(dice.between(50, 4_000))], leastMs: 60_000 };
    const gone: Deed = { kind: 'delete-file', undoMs: null };
    return { spec, deeds: [at(0, gone), fails(STANDS_MS + dice.between(30_000, 41_000))], leastMs: 90_000 };
  },
  'an older commit is checked out': (dice, doc) => ({
    spec: doc,
    deeds: [
      at(0, edit(withWorkers(doc, 2))),
      at(dice.between(3_000, 15_000), { kind: 'checkout-old', ms: dice.between(5_000, 60_000) }),
    ],
    leastMs: 60_000,
  }),
};

export const drawArc = (dice: Dice, doc: Written): Arc => dice.pick(Object.values(ARCS))(dice, doc);
