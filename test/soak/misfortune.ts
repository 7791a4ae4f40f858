import { seededRandom } from '../../src/base/random.ts';
import type { clusterSpecSchema } from '../../src/model/cluster-spec/schema.ts';
import type { ClusterName, MachineId } from '../../src/model/ids.ts';
import { createActs } from '../../src/providers/simulated/acts.ts';
import type { WorldStore } from '../../src/providers/simulated/world-store.ts';

/** Something that is put right later by whoever did it: ms of virtual time until then. */
export interface Aftermath {
  readonly inMs: number;
  readonly undo: () => Promise<unknown>;
}

const MINUTE = 60_000;

/** What befalls a fleet, from one seed: deaths, drift by hand, changes of its files. Each answers what undoes it, or null. */
export function createMisfortune(seed: number, worlds: WorldStore, files: Map<string, string>) {
  const random = seededRandom(seed);
  const acts = createActs(worlds);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;
  const counts: Record<string, number> = {};

  const text = (name: string, workers: Record<string, number>, tier: string): string =>
    JSON.stringify({
      apiVersion: 'skep/v1alpha1',
      kind: 'ClusterSpec',
      metadata: { name },
      spec: {
        provider: 'simulated',
        managers: { count: managersOf(name) },
        workers: Object.entries(workers).map(([pool, count]) => ({ name: pool, count, nodeLabels: { tier } })),
        health: { unhealthyAfter: '2m', startupTimeout: '5m', maxUnhealthy: '40%' },
      },
    } satisfies Parameters<typeof clusterSpecSchema.parse>[0] & object);
  /** One in three has a single manager. */
  const managersOf = (name: string): number => (Number(name.replace(/\D/g, '')) % 3 === 0 ? 1 : 3);
  const declare = (name: string): void => {
    files.set(`${name}.yaml`, text(name, { web: pick([1, 2, 3, 4]), batch: pick([0, 1, 2]) }, pick(['a', 'b'])));
  };

  /** One machine of the cluster; null when it has none. A lone manager is not destroyed: nothing could bring it back. */
  function victim(cluster: ClusterName, mayDestroy: boolean): MachineId | null {
    const machines = worlds.read(cluster)?.machines ?? [];
    const allowed = machines.filter((m) => m.state === 'running' && (!mayDestroy || m.pool !== 'managers'));
    const managers = machines.filter((m) => m.pool === 'managers' && m.state === 'running');
    const some = mayDestroy && managers.length === 3 ? [...allowed, ...managers] : allowed;
    return some.length > 0 ? pick(some).id : null;
  }

  const kinds: Record<string, (cluster: ClusterName) => Promise<Aftermath | null>> = {
    async kill(cluster) {
      const id = victim(cluster, false);
      if (id) await acts.killMachine(cluster, id);
      return null;
    },
    async remove(cluster) {
      const id = victim(cluster, true);
      if (id) await acts.removeMachine(cluster, id);
      return null;
    },
    async freeze(cluster) {
      const id = victim(cluster, false);
      if (!id) return null;
      await acts.freeze(cluster, id);
      return { inMs: random.next() * 6 * MINUTE, undo: () => acts.thaw(cluster, id) };
    },
    async cutOff(cluster) {
      const id = victim(cluster, false);
      if (!id) return null;
      await acts.cutOff(cluster, id);
      return { inMs: random.next() * 6 * MINUTE, undo: () => acts.heal(cluster, id) };
    },
    async restartAll(cluster) {
      await acts.stopAll(cluster);
      return null;
    },
    async label(cluster) {
      const id = victim(cluster, false);
      if (id) await acts.labelByHand(cluster, id, { tier: 'z', rack: '7' });
      return null;
    },
    async drain(cluster) {
      const id = victim(cluster, false);
      if (!id) return null;
      await acts.drainByHand(cluster, id);
      return { inMs: 30 * MINUTE, undo: () => acts.editMember(cluster, id, { availability: 'active' }) };
    },
    async carriers(cluster) {
      await acts.damageCarriers(cluster, 'the network is gone');
      return null;
    },
    async change(cluster) {
      declare(cluster);
      return null;
    },
    async breakFile(cluster) {
      const path = `${cluster}.yaml`;
      const good = files.get(path) ?? '';
      files.set(path, good.slice(0, -3));
      return { inMs: 20 * MINUTE, undo: async () => void files.set(path, good) };
    },
  };

  return {
    counts,
    declare,
    next: () => random.next(),
    async befall(cluster: ClusterName): Promise<Aftermath | null> {
      const kind = pick(Object.keys(kinds));
      counts[kind] = (counts[kind] ?? 0) + 1;
      return (await kinds[kind]?.(cluster)) ?? null;
    },
    deploy: (cluster: ClusterName) => acts.deployService(cluster, { name: 'shop', replicas: 3 }),
  };
}
