import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Displaced, nodesFor, unplaceable, whereTo } from '../../../src/controller/plan/placement.ts';
import { canHold, type Room, roomsOf, taken } from '../../../src/controller/plan/room.ts';
import type { Member, ServiceView, SwarmView } from '../../../src/model/observed.ts';
import { aMember, aService, aSwarm, aTask } from '../../support/builders.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Node a with one task of `service`, and these other nodes. */
function aSwarmOf(service: Partial<ServiceView>, others: readonly Member[], tasks: SwarmView['tasks'] = []): SwarmView {
  const members = [aMember('a'), ...others];
  const services = [aService('web', service), aService('other', { reservations: { nanoCpus: 1e9, memoryBytes: GIB } })];
  return aSwarm({ members, services, tasks: [aTask('web', 'a'), ...tasks] });
}

const whyOf = (swarm: SwarmView): readonly string[] =>
  unplaceable(swarm.members[0] as Member, swarm).map(({ service, why }) => `${service.name}: ${why}`);

describe('unplaceable', () => {
  const B = aMember('b');

  it.each<[string, Partial<ServiceView>, readonly Member[], SwarmView['tasks'], readonly RegExp[]]>([
    ['another node is free', {}, [B], [], []],
    ['it is the only node', {}, [], [], [/no other node takes tasks/]],
    ['the other is paused', {}, [aMember('b', { availability: 'pause' })], [], [/no other node takes tasks/]],
    ['the other is drained', {}, [aMember('b', { availability: 'drain' })], [], [/no other node takes tasks/]],
    ['the other is down', {}, [aMember('b', { state: 'down' })], [], [/no other node takes tasks/]],
    ['the other is not known right after a leader change', {}, [aMember('b', { state: 'unknown' })], [], []],
    ['its constraint', { constraints: ['node.labels.tier==db'] }, [B], [], [/meets node\.labels\.tier==db/]],
    ['its memory', { reservations: { nanoCpus: 0, memoryBytes: 5 * GIB } }, [B], [], [/has 5120 MiB left/]],
    [
      'its CPUs, which others took',
      { reservations: { nanoCpus: 1.5e9, memoryBytes: 0 } },
      [B],
      [aTask('other', 'b')],
      [/has 1\.5 CPUs left/],
    ],
    [
      'what others took and gave back',
      { reservations: { nanoCpus: 1.5e9, memoryBytes: 0 } },
      [B],
      [aTask('other', 'b', { state: 'shutdown', desired: 'shutdown' })],
      [],
    ],
    ['its host port', { hostPorts: ['80/tcp'] }, [B], [aTask('web', 'b')], [/host port 80\/tcp is taken/]],
    ['one node for each replica', { maxReplicasPerNode: 1 }, [B], [aTask('web', 'b')], [/max_replicas_per_node/]],
    ['it does not restart', { restart: 'none' }, [B], [], [/restart condition is none/]],
    ['it restarts on failure', { restart: 'on-failure' }, [B], [], []],
    ['it follows its nodes', { mode: 'global', replicas: null }, [], [], []],
    ['it is a job', { mode: 'replicated-job' }, [], [], []],
    ['it says that nobody need care', { labels: { 'skep.drain': 'skip' } }, [], [], []],
    ['the engine does not say what it has', { reservations: { nanoCpus: 9e9, memoryBytes: 0 } }, [silent('b')], [], []],
  ])('%s', (_, service, others, tasks, expected) => {
    const found = whyOf(aSwarmOf(service, others, tasks));
    expect(found).toHaveLength(expected.length);
    expected.forEach((why, i) => {
      expect(found[i]).toMatch(why);
    });
  });

  it.each([
    [2, []],
    [3, [expect.stringContaining('3 restart attempts are used up')]],
  ])('counts attempts: %d of 3', (restarts, expected) => {
    const swarm = aSwarmOf({ restart: 'any', restartMaxAttempts: 3 }, [B]);
    expect(whyOf({ ...swarm, tasks: [aTask('web', 'a', { restarts })] })).toEqual(expected);
  });

  it('counts all that leaves together, and no place among them', () => {
    const reservations = { nanoCpus: 0, memoryBytes: 3 * GIB };
    const swarm = aSwarmOf({ reservations }, [B, aMember('c')], [aTask('web', 'b')]);
    const [a, b] = swarm.members as [Member, Member];
    expect(unplaceable(a, swarm, [a])).toEqual([]);
    expect(unplaceable(b, swarm, [b])).toEqual([]);
    const both = [a, b].flatMap((m) => unplaceable(m, swarm, [a, b]));
    expect(both.map(({ why }) => why)).toEqual(['all that moves together finds no room']);
  });

  it('places first what has the fewest places', () => {
    const reservations = { nanoCpus: 0, memoryBytes: 3 * GIB };
    const picky = aService('z', { reservations, constraints: ['node.hostname==b'] });
    const members = [aMember('a'), aMember('b'), aMember('c')];
    const tasks = [aTask('web', 'a'), aTask('z', 'a')];
    const swarm = aSwarm({ members, services: [aService('web', { reservations }), picky], tasks });
    expect(whyOf(swarm)).toEqual([]);
  });

  it('has nothing to say of a task that is stopping anyhow', () => {
    const swarm = aSwarmOf({}, []);
    expect(whyOf({ ...swarm, tasks: [aTask('web', 'a', { desired: 'shutdown' })] })).toEqual([]);
  });

  it('has nothing to say of a node that is down', () => {
    const swarm = aSwarmOf({}, []);
    expect(unplaceable(aMember('a', { state: 'down' }), swarm)).toEqual([]);
  });
});

describe('nodesFor', () => {
  it('names the nodes that could hold one more', () => {
    const swarm = aSwarmOf({ maxReplicasPerNode: 1 }, [aMember('b'), aMember('c', { availability: 'pause' })]);
    expect(nodesFor(swarm.services[0] as ServiceView, swarm).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('whereTo against every order and place', () => {
  it('never names a node that cannot hold the task, and finds all places when none is scarce', () => {
    fc.assert(
      fc.property(cases(), ({ displaced, rooms, isScarce }) => {
        const places = whereTo(displaced, rooms);
        let left: readonly Room[] = rooms;
        for (const { task, service } of displaced) {
          const node = places.get(task.id);
          if (!node) continue;
          const room = left.find(({ member }) => member.id === node) as Room;
          expect(canHold(room, service)).toBe(true);
          left = left.map((other) => (other === room ? taken(other, service) : other));
        }
        const isPlaced = displaced.every(({ task }) => places.get(task.id) !== null);
        const canBe = bruteForce(displaced, rooms);
        if (isPlaced) expect(canBe).toBe(true);
        if (!canBe) expect(isPlaced).toBe(false);
        if (!isScarce) expect(isPlaced).toBe(canBe);
      }),
      { numRuns: 500 },
    );
  });
});

/** Tries every node for every task. */
function bruteForce(displaced: readonly Displaced[], rooms: readonly Room[]): boolean {
  const [first, ...rest] = displaced;
  if (!first) return true;
  return rooms.some(
    (room) =>
      canHold(room, first.service) &&
      bruteForce(
        rest,
        rooms.map((other) => (other === room ? taken(other, first.service) : other)),
      ),
  );
}

/** `isScarce`: services reserve different amounts, so that the order in which they are placed can matter. */
function cases(): fc.Arbitrary<{
  readonly displaced: readonly Displaced[];
  readonly rooms: readonly Room[];
  readonly isScarce: boolean;
}> {
  const service = fc.record({
    memory: fc.constantFrom(0, 256, 512),
    tier: fc.constantFrom(null, null, 'a', 'b'),
    port: fc.boolean(),
    most: fc.constantFrom(0, 0, 1, 2),
    tasks: fc.integer({ min: 1, max: 3 }),
  });
  const node = fc.record({ memory: fc.constantFrom(256, 512, 1024), tier: fc.constantFrom('a', 'b') });
  return fc
    .record({
      services: fc.array(service, { minLength: 1, maxLength: 3 }),
      nodes: fc.array(node, { minLength: 1, maxLength: 4 }),
      isScarce: fc.boolean(),
    })
    .map(({ services, nodes, isScarce }) => {
      const members = nodes.map(({ memory, tier }, i) =>
        aMember(`n${i}`, { labels: { tier }, resources: { nanoCpus: 1e9, memoryBytes: memory * MIB } }),
      );
      const all = isScarce ? services : services.slice(0, 1);
      const displaced = all.flatMap(({ memory, tier, port, most, tasks }, i) => {
        const view = aService(`s${i}`, {
          reservations: { nanoCpus: 0, memoryBytes: memory * MIB },
          constraints: tier === null ? [] : [`node.labels.tier==${tier}`],
          hostPorts: port ? [`${i}/tcp`] : [],
          maxReplicasPerNode: most,
        });
        return Array.from({ length: tasks }, (_, k) => ({
          task: aTask(`s${i}`, 'x', { id: `s${i}.${k}` }),
          service: view,
        }));
      });
      return { displaced, rooms: roomsOf(members, aSwarm({ members })), isScarce };
    });
}

function silent(id: string): Member {
  return aMember(id, { resources: { nanoCpus: 0, memoryBytes: 0 } });
}
