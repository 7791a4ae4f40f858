import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagine } from '../../../src/controller/plan/imagine.ts';
import { planCluster } from '../../../src/controller/plan/plan-cluster.ts';
import { planRoad } from '../../../src/controller/plan/plan-road.ts';
import type { Observed } from '../../../src/model/observed.ts';
import { majority, raftOf } from '../../../src/model/quorum.ts';
import type { Step } from '../../../src/model/step.ts';
import { situations } from '../../support/arbitraries.ts';
import { aDesired, anObserved, START } from '../../support/builders.ts';
import { aSituation, FACTS, type Situation, seen, withMember } from '../../support/worlds.ts';

const RUNS = { numRuns: 200 };
const planned = (at: Situation, look?: Partial<Observed>) => planCluster(at.declared, seen(at, look), FACTS);
const of = <K extends Step['kind']>(steps: readonly Step[], kind: K) =>
  steps.filter((s): s is Extract<Step, { kind: K }> => s.kind === kind);

describe('a plan for any world', { timeout: 30_000 }, () => {
  it('never begins a membership change against section 2', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        const { batch } = planned(at);
        const raft = raftOf(at.swarm.members);
        const promoted = of(batch, 'promote');
        const declared = at.declared.kind === 'document' ? (at.declared.desired.pools[0]?.count ?? 0) : 0;
        const peers = at.swarm.members.filter((m) => m.manager !== null);
        const alive = peers.filter(
          (m) =>
            m.manager?.reachability === 'reachable' &&
            at.machines.some(
              ({ id, state, engine }) => id === m.hostname && state !== 'stopped' && engine?.swarm !== 'inactive',
            ),
        );
        const demoted = of(batch, 'demote');
        expect(demoted.length + promoted.length).toBeLessThanOrEqual(Math.max(1, promoted.length));
        for (const { node } of demoted) {
          expect([raft.promoting.length, raft.demoting.length]).toEqual([0, 0]);
          if (alive.some((m) => m.id === node)) {
            expect(alive.length, 'a live one goes only while all are there, and too many').toBe(raft.n);
            expect(raft.n).toBeGreaterThan(declared);
            expect(raft.n - 1 - majority(raft.n - 1)).toBeGreaterThanOrEqual(declared >= 3 ? 1 : 0);
          } else expect(alive.length).toBeGreaterThanOrEqual(Math.max(majority(raft.n), majority(raft.n - 1)));
        }
        if (promoted.length > 0) {
          // One more than declared takes the place of one that goes.
          const most = promoted.length === 1 && raft.n === declared ? declared + 1 : declared;
          expect(raft.n + raft.promoting.length + promoted.length).toBeLessThanOrEqual(most);
          if (at.record.firstReadyAt !== null) {
            expect([promoted.length, raft.promoting.length, raft.demoting.length]).toEqual([1, 0, 0]);
            expect(raft.reachable >= majority(raft.n + 1) || raft.n === 1).toBe(true);
            expect(raft.reachable).toBe(raft.n);
          }
        }
        for (const { node, force } of of(batch, 'remove-member')) {
          const member = at.swarm.members.find((m) => m.id === node);
          expect({ force, state: member?.state, manager: member?.manager, role: member?.role }).toEqual({
            force: member?.role === 'manager',
            state: 'down',
            manager: null,
            role: member?.role,
          });
          expect(member?.hostname).not.toBe('laptop');
        }
      }),
      RUNS,
    );
  });

  it('never removes a live, admitted node before its drain is over or timed out under Force', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        for (const { machine } of of(planned(at).batch, 'remove-machine')) {
          const member = at.swarm.members.find((m) => m.hostname === machine);
          expect(at.machines.find((m) => m.id === machine)?.state).not.toBe('unknown');
          expect(member?.manager ?? null).toBeNull();
          if (member?.state !== 'ready' || member.labels['skep.pool'] === undefined) continue;
          const timedOut = START - Number(member.labels['skep.since']) > 15 * 60_000 ? ['Force'] : [];
          const isBusy = at.swarm.tasks.some((t) => t.nodeId === member.id && t.state === 'running');
          expect(member.labels['skep.intent']).toBe('remove:1');
          if (isBusy) expect(timedOut).toEqual(['Force']);
        }
      }),
      RUNS,
    );
  });

  it('never removes anything when a look failed', () => {
    const problem = { kind: 'unreachable', what: 'it', detail: 'no answer' } as const;
    fc.assert(
      fc.property(situations(), fc.constantFrom('record', 'infrastructure', 'swarm'), (at, part) => {
        const kinds = planned(at, { [part]: { ok: false, problem } }).batch.map((s) => s.kind);
        const taking = ['remove-machine', 'remove-member', 'set-node', 'promote', 'init-swarm', 'destroy-carriers'];
        expect(kinds.filter((k) => taking.includes(k))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('never begins a swarm where there is, was or may be one', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        if (of(planned(at, { swarm: { ok: true, value: null } }).batch, 'init-swarm').length === 0) return;
        expect(at.record.swarmId).toBeNull();
        expect(at.machines.every((m) => m.engine === null || m.engine.swarm === 'inactive')).toBe(true);
        expect(at.machines.every((m) => m.state !== 'unknown' && (m.state !== 'stopped' || m.neverStarted))).toBe(true);
      }),
      RUNS,
    );
  });

  it('does not do two things with one node at once, images apart', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        // The member that a machine has now; one that it had under the same name may go while it joins anew.
        const names = new Map<string, string>(at.machines.map((m) => [m.engine?.nodeId ?? `n-${m.id}`, m.id]));
        for (const { id, engine } of at.machines) if (engine?.swarm === 'inactive') names.delete(`n-${id}`);
        const touched = planned(at).batch.flatMap((s) =>
          s.kind === 'load-image'
            ? []
            : 'node' in s
              ? [names.get(s.node) ?? s.node]
              : 'machine' in s
                ? [s.machine as string]
                : [],
        );
        expect(new Set(touched).size).toBe(touched.length);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of what was listed', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        const swarm = { ...at.swarm, members: at.swarm.members.toReversed(), tasks: at.swarm.tasks.toReversed() };
        const other = { ...at, machines: at.machines.toReversed(), swarm };
        expect(planned(other)).toEqual(planned(at));
      }),
      RUNS,
    );
  });

  it('has a step, a hold or a wait whenever it is not as declared, and every hold says why and what releases it', () => {
    fc.assert(
      fc.property(
        situations(),
        fc.constantFrom<Partial<Observed>>({}, { swarm: { ok: true, value: null } }),
        (at, look) => {
          const { asDeclared, batch, holds, waits } = planned(at, look);
          if (!asDeclared) expect(batch.length + holds.length + waits.length).toBeGreaterThan(0);
          else expect([holds, waits]).toEqual([[], []]);
          for (const hold of holds) expect(hold.why.length * hold.release.length * hold.what.length).toBeGreaterThan(0);
          for (const wait of waits) expect(wait.what.length * wait.recheckMs).toBeGreaterThan(0);
        },
      ),
      RUNS,
    );
  });
});

describe('a road', () => {
  it('ends from any world, and has the same digest each time', () => {
    fc.assert(
      fc.property(situations(), (at) => {
        const road = planRoad(at.declared, seen(at), FACTS);
        expect(road.batches.length).toBeLessThan(60);
        expect(planRoad(at.declared, seen(at), FACTS).digest).toBe(road.digest);
      }),
      { numRuns: 60 },
    );
  });

  it('ends where an old manager without labels leaves raft: once out, its engine calls itself none', () => {
    const spec = { engine: { config: { debug: true } } };
    const rollout = { startedAt: 1, state: 'fresh', since: 1, weak: [] } as const;
    const old = aSituation({ managers: 2 }, { managers: 1, spec }, { rollout, firstReadyAt: null });
    const leaving = { role: 'worker', labels: {} } as const;
    const at = withMember(old, 'demo-managers-0001', leaving);
    expect(planRoad(at.declared, seen(at), FACTS).batches.length).toBeLessThan(60);
  });

  it('leads from nothing to what is declared, and from there to anything else', () => {
    const counts = fc.record({ web: fc.nat(3), api: fc.nat(3) });
    fc.assert(
      fc.property(fc.constantFrom(1 as const, 3 as const, 5 as const), counts, counts, (managers, first, then) => {
        let world = anObserved();
        for (const workers of [first, then]) {
          const desired = aDesired({ managers, workers });
          const declared = { kind: 'document', desired } as const;
          for (const batch of planRoad(declared, world, FACTS).batches) world = imagine(world, batch, desired);
          expect(planCluster(declared, world, FACTS)).toMatchObject({
            asDeclared: true,
            batch: [],
            holds: [],
            waits: [],
          });
        }
      }),
      { numRuns: 25 },
    );
  });
});
