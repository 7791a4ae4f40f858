import { systemClock } from '../../src/base/clock.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { createDial } from '../../src/providers/local/dial.ts';
import { createHostEngine } from '../../src/providers/local/host.ts';
import { createEngine, type Engine } from '../../src/providers/swarm/engine.ts';
import type { RealEngine } from './real-engine.ts';

/** Docker's own API inside a cluster's managers, on kept connections: for looks that come too often for a client's start. */
export interface SwarmApi {
  /** Running containers of the manager pool. */
  managers(): Promise<readonly string[]>;
  get<T>(manager: string, path: string, limitMs: number): Promise<T>;
  /** The first manager that answers. */
  ask<T>(path: string): Promise<T>;
  close(): void;
}

const LIMIT_MS = 1_000;

export function createSwarmApi(engine: RealEngine, cluster: string): SwarmApi {
  const host = createHostEngine(engine.dockerHost, systemClock);
  const dial = createDial(host, systemClock);
  const open = new Map<string, Engine>();
  const never = new AbortController().signal;
  const to = (manager: string): Engine => {
    const known = open.get(manager);
    if (known) return known;
    const connect = (signal: AbortSignal) => dial(manager as MachineId, signal);
    const made = createEngine({ clock: systemClock, keep: 1, connect });
    open.set(manager, made);
    return made;
  };
  const api: SwarmApi = {
    async managers() {
      const query = { filters: { label: [`skep.cluster=${cluster}`], name: [`${cluster}-managers-`] } };
      const call = { method: 'GET', path: '/containers/json', query } as const;
      const found = await host.call<readonly { Names: readonly string[] }[]>(call, never);
      return found.map(({ Names }) => (Names[0] ?? '').slice(1)).sort();
    },
    get: (manager, path, limitMs) => to(manager).call({ method: 'GET', path, limitMs }, never),
    async ask<T>(path: string) {
      let trouble: unknown = new Error(`no manager of ${cluster}`);
      for (const manager of await api.managers()) {
        try {
          return await api.get<T>(manager, path, LIMIT_MS);
        } catch (error) {
          trouble = error;
        }
      }
      throw trouble;
    },
    close() {
      for (const engine of open.values()) engine.close();
      host.close();
    },
  };
  return api;
}
