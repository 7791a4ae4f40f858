import { describe, expect, it } from 'vitest';
import type { World } from '../../../src/providers/simulated/world.ts';
import { INVARIANTS } from '../../../src/simulation/invariants/all.ts';
import type { Change } from '../../../src/simulation/trace.ts';
import { anEffect, aTrace, aWorld, lose, memberIn, removeMachine, swarmIn } from '../support/a-trace.ts';

const setRole = (machine: string, role: 'manager' | 'worker') => (world: World) =>
  void Object.assign(memberIn(world, machine), { role });

/** A joined worker of the managers' pool, to be promoted. */
function withCandidate(managers: 1 | 3 | 5, there: number): World {
  const world = aWorld({ managers }, { managers: there + 1 });
  const swarm = swarmIn(world);
  memberIn(world, `managers-${there + 1}`).role = 'worker';
  swarm.peers.pop();
  return world;
}
function edited(world: World, edit: (world: World) => void): World {
  edit(world);
  return world;
}
const judged = (invariant: keyof typeof INVARIANTS, change: Change): readonly string[] =>
  INVARIANTS[invariant](aTrace([change])).map(({ why }) => why);

describe('S1: a membership change is begun against the rules', () => {
  it.each([
    [
      'promoted while one is dead',
      anEffect(
        'promote',
        edited(withCandidate(5, 3), (w) => lose(w, 'managers-3')),
        setRole('managers-4', 'manager'),
      ),
    ],
    ['promoted beyond what is declared', anEffect('promote', withCandidate(3, 4), setRole('managers-5', 'manager'))],
    ['demoted with none to spare', anEffect('demote', aWorld({ managers: 3 }), setRole('managers-2', 'worker'))],
    [
      'a dead one taken out without a majority',
      anEffect(
        'demote',
        edited(aWorld({ managers: 3 }), (w) => {
          lose(w, 'managers-2');
          lose(w, 'managers-3');
        }),
        setRole('managers-3', 'worker'),
      ),
    ],
  ])('%s', (_, change) => expect(judged('S1', change)).toHaveLength(1));

  it.each([
    ['promoted towards what is declared', anEffect('promote', withCandidate(3, 2), setRole('managers-3', 'manager'))],
    [
      'one too many demoted',
      anEffect('demote', aWorld({ managers: 3 }, { managers: 4 }), setRole('managers-4', 'worker')),
    ],
    [
      'a dead one taken out',
      anEffect(
        'demote',
        edited(aWorld({ managers: 3 }), (w) => lose(w, 'managers-3')),
        setRole('managers-3', 'worker'),
      ),
    ],
    [
      'what died after the look is nobody’s mistake',
      anEffect(
        'promote',
        edited(withCandidate(5, 3), (w) => lose(w, 'managers-3')),
        setRole('managers-4', 'manager'),
        { saw: withCandidate(5, 3) },
      ),
    ],
  ])('allowed: %s', (_, change) => expect(judged('S1', change)).toEqual([]));

  it('binds only clusters that were Ready once and are not being deleted', () => {
    const young = aWorld({ managers: 3 });
    Object.assign(young.record ?? {}, { firstReadyAt: null });
    const doomed = aWorld({ managers: 3 });
    Object.assign(doomed.record ?? {}, { deletion: { markedAt: 1, because: 'gone' } });
    for (const world of [young, doomed]) {
      expect(judged('S1', anEffect('demote', world, setRole('managers-2', 'worker')))).toEqual([]);
    }
  });
});

describe('a person recovers a cluster', () => {
  it('is excepted from S1, S2 and S3', () => {
    const world = aWorld({ managers: 3 });
    const word = { id: 'i', kind: 'recover', by: 'ops', at: 1, reason: null, until: null } as const;
    const change = (recovers: boolean) => {
      const before = structuredClone(world);
      if (before.record && recovers) before.record = { ...before.record, intents: [word] };
      return before;
    };
    const founds = (w: World) =>
      void w.swarms.push({ ...swarmIn(w), id: 'second' as never, members: [memberIn(w, 'managers-2')] });
    const judgements = (recovers: boolean) => [
      ...judged('S1', anEffect('demote', change(recovers), setRole('managers-2', 'worker'))),
      ...judged(
        'S2',
        anEffect('remove-machine', change(recovers), (w) => removeMachine(w, 'managers-3')),
      ),
      ...judged('S3', anEffect('init-swarm', change(recovers), founds)),
    ];
    expect(judgements(false)).toHaveLength(3);
    expect(judgements(true)).toEqual([]);
  });
});

describe('S2: two changes at once, a manager terminated while in raft, a peer left behind', () => {
  it('a change is begun while another is in flight', () => {
    const world = aWorld({ managers: 3 }, { managers: 5 });
    memberIn(world, 'managers-5').role = 'worker';
    expect(judged('S2', anEffect('demote', world, setRole('managers-4', 'worker')))).toEqual([
      'demo: a change is begun while managers-5 is in flight',
    ]);
  });

  it('a manager is terminated before it is out of raft', () => {
    const remove = (w: World) => removeMachine(w, 'managers-3');
    expect(judged('S2', anEffect('remove-machine', aWorld({ managers: 3 }), remove))).toEqual([
      'demo: managers-3 is terminated and still in raft',
    ]);
    const demoted = aWorld({ managers: 3 });
    swarmIn(demoted).peers.pop();
    expect(judged('S2', anEffect('remove-machine', demoted, remove))).toEqual([]);
  });

  it('a raft peer is left behind at rest', () => {
    const world = edited(aWorld({ managers: 3 }), (w) => removeMachine(w, 'managers-3'));
    const statuses = new Map([[world.cluster, { status: { phase: 'Ready' } } as never]]);
    const end = { at: 5, declared: new Map(), statuses, worlds: [world] };
    expect(INVARIANTS.S2(aTrace([], { end })).map(({ why }) => why)).toEqual([
      'raft peer n-managers-3 of demo is left behind',
    ]);
  });
});

describe('S3: a second swarm gets a member besides its founder', () => {
  it('a member joins a second swarm', () => {
    const world = aWorld({ managers: 3 });
    const [first] = structuredClone(world.swarms);
    if (first) world.swarms.push({ ...first, id: 'second' as never, members: first.members.slice(0, 1) });
    const join = anEffect('join', world, (w) => {
      w.swarms[1]?.members.push(memberIn(w, 'managers-2'));
    });
    expect(judged('S3', join)).toEqual(['demo: a second swarm, second, has members']);
  });

  it('a swarm is begun although the record names one', () => {
    const world = aWorld({ managers: 3 });
    const init = anEffect('init-swarm', world, (w) => {
      w.swarms.push({ ...swarmIn(w), id: 'second' as never, members: [memberIn(w, 'managers-2')] });
    });
    expect(judged('S3', init)).toEqual(['demo: a swarm is started although its record names one']);
    const first = aWorld({ managers: 1 });
    Object.assign(first.record ?? {}, { swarmId: null });
    const [swarm] = first.swarms.splice(0);
    expect(
      judged(
        'S3',
        anEffect('init-swarm', first, (w) => void w.swarms.push(swarm as never)),
      ),
    ).toEqual([]);
  });
});
