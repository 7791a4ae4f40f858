import type { z } from 'zod';
import type { Random } from '../base/random.ts';
import type { clusterSpecSchema } from '../model/cluster-spec/schema.ts';

/** What may stand in a document: defaults may be left out. */
export type Written = z.input<typeof clusterSpecSchema>;
type Pool = NonNullable<Written['spec']['workers']>[number];

export interface Dice {
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  between(low: number, high: number): number;
  roll(): number;
}

export const diceOf = (random: Random): Dice => ({
  chance: (share) => random.next() < share,
  pick: (items) => items[Math.floor(random.next() * items.length)] as (typeof items)[number],
  between: (low, high) => Math.round(low + random.next() * (high - low)),
  roll: () => random.next(),
});

/** What a daemon.json may hold and nobody else may see: searched for in every output. */
export const SECRETS = ['hunter2-proxy-password', 'hunter2-splunk-token'] as const;

const COUNTS = [0, 1, 1, 1, 2, 2, 3] as const;
const POOLS = ['web', 'api', 'batch'] as const;

/** A spec anywhere in the schema, mostly of a small cluster: large ones cost more and find little more. */
export function drawSpec(dice: Dice, name: string): Written {
  const { pick, chance } = dice;
  const names = POOLS.filter((_, i) => chance(i === 0 ? 0.9 : 0.25));
  const workers = names.map((pool) => drawPool(dice, pool));
  return {
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name, labels: {} },
    spec: {
      provider: 'simulated',
      deletionPolicy: pick(['Delete', 'Delete', 'Confirm', 'Retain']),
      swarm: chance(0.2) ? { taskHistoryLimit: pick([0, 5, 9]), certExpiry: pick(['30d', '90d']) } : {},
      engine: drawEngine(dice),
      managers: {
        count: chance(0.05) ? pick([5, 7] as const) : pick([1, 1, 3, 3, 3] as const),
        availability: workers.some((pool) => pool.count > 0) && chance(0.2) ? 'Drain' : 'Active',
        nodeLabels: chance(0.2) ? { tier: pick(['a', 'b']) } : {},
      },
      workers,
      rollout: drawRollout(dice),
      health: {
        startupTimeout: pick(['1m', '2m']),
        startupRetries: pick([1, 2, 3]),
        unhealthyAfter: pick(['30s', '1m', '2m']),
        maxUnhealthy: pick([0, 1, 2, '20%', '40%', '100%']),
        replace: chance(0.95),
        undoManualDrain: chance(0.2),
      },
      ...(chance(0.08) ? { maintenance: drawMaintenance(dice) } : {}),
      simulated: { bootTime: pick(['1s', '2s', '8s']), zones: pick([['a'], ['a', 'b'], ['a', 'b', 'c']]) },
    },
  };
}

function drawPool({ pick, chance }: Dice, name: string): Pool {
  return {
    name,
    count: chance(0.01) ? 12 : pick(COUNTS),
    nodeLabels: chance(0.4) ? { tier: pick(['a', 'b', 'c']) } : {},
    localData: pick(['Protect', 'Protect', 'Discard']),
    ...(chance(0.1) ? { rollout: { drainTimeout: pick(['10s', '2m']), canary: chance(0.5) } } : {}),
    ...(chance(0.1) ? { health: { maxUnhealthy: pick([0, 1, '50%']), replace: chance(0.8) } } : {}),
  };
}

function drawEngine({ pick, chance }: Dice): NonNullable<Written['spec']['engine']> {
  if (!chance(0.4)) return {};
  const [password, token] = SECRETS;
  return {
    config: pick<Record<string, unknown>>([
      { debug: true },
      { proxies: { 'http-proxy': `http://us:${password}@proxy:3128` } },
      { 'log-opts': { 'splunk-token': token } },
    ]),
  };
}

function drawRollout({ pick, chance }: Dice): NonNullable<Written['spec']['rollout']> {
  const maxUnavailable = pick([0, 0, 1, 2, '34%', '100%']);
  return {
    maxSurge: maxUnavailable === 0 ? pick([1, 2, '50%']) : pick([0, 1, '50%']),
    maxUnavailable,
    settle: pick(['0s', '0s', '5s', '20s']),
    drainTimeout: pick(['10s', '1m', '3m']),
    onDrainTimeout: pick(['Pause', 'Force']),
    canary: chance(0.5),
    rebalance: chance(0.2),
  };
}

function drawMaintenance({ pick }: Dice): NonNullable<Written['spec']['maintenance']> {
  return {
    timeZone: pick(['UTC', 'Europe/Paris', 'America/New_York']),
    windows: [{ start: pick(['*/10 * * * *', '0 * * * *', '0 2 * * 2,4']), duration: pick(['2m', '5m', '3h']) }],
  };
}

/** The same cluster, changed: most changes are small, and most are about numbers. */
export function changeSpec(dice: Dice, before: Written): Written {
  const { pick, chance } = dice;
  const { spec } = before;
  const workers = spec.workers ?? [];
  const changed = (more: Partial<Written['spec']>): Written => ({ ...before, spec: { ...spec, ...more } });
  const kinds = [
    'scale',
    'scale',
    'scale',
    'managers',
    'machines',
    'machines',
    'pools',
    'labels',
    'words',
    'fixed',
  ] as const;
  switch (pick(kinds)) {
    case 'scale':
      return changed({ workers: workers.map((pool) => (chance(0.6) ? { ...pool, count: pick(COUNTS) } : pool)) });
    case 'managers':
      return changed({
        managers: { ...spec.managers, count: chance(0.08) ? 7 : pick([1, 3, 3, 5] as const), availability: 'Active' },
      });
    case 'machines':
      return changed({ engine: { config: { debug: chance(0.5), 'max-concurrent-downloads': dice.between(1, 9) } } });
    case 'pools': {
      const names = POOLS.filter(() => chance(0.5));
      const kept = (name: string) => workers.find((pool) => pool.name === name) ?? drawPool(dice, name);
      return changed({ workers: names.map(kept), managers: { ...spec.managers, availability: 'Active' } });
    }
    case 'labels':
      return changed({ workers: workers.map((pool) => ({ ...pool, nodeLabels: { tier: pick(['a', 'b', 'c']) } })) });
    case 'words':
      return changed({ rollout: drawRollout(dice), deletionPolicy: pick(['Delete', 'Confirm', 'Retain']) });
    case 'fixed':
      return changed(
        chance(0.5) ? { swarm: { dataPathPort: 4790 } } : { swarm: { taskHistoryLimit: dice.between(1, 9) } },
      );
  }
}
