import type { Clock } from '../../base/clock.ts';
import { type Failpoint, noFailpoint } from '../../base/failpoint.ts';
import { type Random, systemRandom } from '../../base/random.ts';
import { ok } from '../../base/result.ts';
import type { Infrastructure, Provider, Records, Swarm } from '../provider.ts';
import { createGuard, type Faults, noFaults } from './faults.ts';
import { followHints } from './hints.ts';
import { createInfrastructure, type SimulatedOptions } from './infrastructure.ts';
import { refused } from './problems.ts';
import { createRecords } from './records.ts';
import { createSwarm } from './swarm.ts';
import { createWorldStore, type WorldStore } from './world-store.ts';

export interface SimulatedProviderOptions {
  readonly owner: string;
  readonly clock: Clock;
  /** A directory for one world file a cluster, `memory`, or a store shared with acts and other providers. */
  readonly worlds: string | WorldStore;
  readonly random?: Random;
  readonly failpoint?: Failpoint;
  readonly faults?: Faults;
}

/**
 * Clusters in simulated worlds: machines boot, swarms elect, tasks move, all by the times in `times.ts`. Everything is
 * read afresh at each call, so several providers over one directory, in one process or more, see the same worlds.
 */
export function createSimulatedProvider(options: SimulatedProviderOptions): Provider {
  const { owner, clock, random = systemRandom, failpoint = noFailpoint, faults = noFaults } = options;
  const worlds =
    typeof options.worlds === 'string'
      ? createWorldStore({ at: options.worlds, clock, random, failpoint })
      : options.worlds;
  const parts: SimulatedOptions = { owner, worlds, random };
  const guard = createGuard(faults, clock);
  return {
    kind: 'simulated',
    simulated: true,
    infrastructure: {
      ...guardInfrastructure(guard, createInfrastructure(parts)),
      hints: (onHint, signal) => followHints({ owner, worlds, clock }, onHint, signal),
    },
    swarm: guardSwarm(guard, createSwarm(parts)),
    records: guardRecords(guard, createRecords(parts)),
    strangers: guard('provider', 'strangers', async () => {
      const mine = worlds.list().filter((cluster) => {
        const world = worlds.read(cluster);
        return world?.owner === owner && world.record === null;
      });
      return ok(mine.map((cluster) => ({ what: `simulated world ${cluster}`, why: 'it has no record' })));
    }),
    dial: guard('provider', 'dial', async () => refused('a simulated world has no engine')),
    close: async () => {},
  };
}

type Guard = ReturnType<typeof createGuard>;

function guardInfrastructure(guard: Guard, raw: Omit<Infrastructure, 'hints'>): Omit<Infrastructure, 'hints'> {
  return {
    observe: guard('infrastructure', 'observe', raw.observe),
    ensure: guard('infrastructure', 'ensure', raw.ensure),
    resize: guard('infrastructure', 'resize', raw.resize),
    startMachine: guard('infrastructure', 'startMachine', raw.startMachine),
    stopMachine: guard('infrastructure', 'stopMachine', raw.stopMachine),
    readSwarmState: guard('infrastructure', 'readSwarmState', raw.readSwarmState),
    writeSwarmState: guard('infrastructure', 'writeSwarmState', raw.writeSwarmState),
    removeMachine: guard('infrastructure', 'removeMachine', raw.removeMachine),
    loadImage: guard('infrastructure', 'loadImage', raw.loadImage),
    destroy: guard('infrastructure', 'destroy', raw.destroy),
  };
}

function guardSwarm(guard: Guard, raw: Swarm): Swarm {
  return {
    observe: guard('swarm', 'observe', raw.observe),
    init: guard('swarm', 'init', raw.init),
    forceNew: guard('swarm', 'forceNew', raw.forceNew),
    setSwarm: guard('swarm', 'setSwarm', raw.setSwarm),
    join: guard('swarm', 'join', raw.join),
    leave: guard('swarm', 'leave', raw.leave),
    setNode: guard('swarm', 'setNode', raw.setNode),
    promote: guard('swarm', 'promote', raw.promote),
    demote: guard('swarm', 'demote', raw.demote),
    constrain: guard('swarm', 'constrain', raw.constrain),
    rebalance: guard('swarm', 'rebalance', raw.rebalance),
    remove: guard('swarm', 'remove', raw.remove),
  };
}

function guardRecords(guard: Guard, raw: Records): Records {
  return {
    list: guard('records', 'list', raw.list),
    read: guard('records', 'read', raw.read),
    swap: guard('records', 'swap', raw.swap),
  };
}
