import type { Clock } from '../../base/clock.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Engine } from '../swarm/engine.ts';
import { createGate } from '../swarm/gate.ts';
import type { Connections } from './connections.ts';
import { asMachineId } from './names.ts';
import { type ContainerRow, nameOf } from './world.ts';

/** dockerd's own words in its log when its socket is open (moby, cmd/dockerd/daemon.go), in every version since 1.x. */
const LISTENS = 'API listen on';
/** How long one is waited for; then the periodic look must do. Our choice: as long as a machine is called booting. */
const PATIENCE_MS = 120_000;
/** Between tries where the log cannot be read, or said that it listens and it did not answer yet. */
const RETRY_MS = 150;
/** Tries at once: each costs 0.1 s of a core, and the engines that start need the rest. */
const TRIES_AT_ONCE = 3;

export interface Readiness {
  /** False while a machine that was started a moment ago has not said that it listens; it is then watched. */
  isWorthAsking(cluster: ClusterName, row: ContainerRow): boolean;
  /** Calls `onReady` as soon as this machine's engine answers. Watching one twice is watching it once. */
  watch(cluster: ClusterName, row: Pick<ContainerRow, 'Id' | 'Names'>): void;
}

export interface ReadinessOptions {
  readonly host: Engine;
  readonly clock: Clock;
  readonly connections: Connections;
  readonly closed: AbortSignal;
  readonly onReady: (cluster: ClusterName) => void;
}

/** Learns from an engine's log when it begins to listen, opens our connection to it, and gives a hint. */
export function createReadiness({ host, clock, connections, closed, onReady }: ReadinessOptions): Readiness {
  const watched = new Set<string>();
  const tries = createGate(TRIES_AT_ONCE);

  async function wait(cluster: ClusterName, container: string, machine: MachineId): Promise<void> {
    const giveUpAt = clock.monotonic() + PATIENCE_MS;
    await untilItListens(container).catch(() => {}); // a log that cannot be read: try without
    while (clock.monotonic() < giveUpAt && !closed.aborted) {
      if (await tries(() => answers(cluster, machine), closed)) {
        connections.note(machine, true);
        return onReady(cluster);
      }
      if (!(await runs(container))) return connections.forget(machine);
      await clock.sleep(RETRY_MS, closed);
    }
  }

  async function untilItListens(container: string): Promise<void> {
    const { State } = await inspect(container);
    const query = { follow: true, stdout: true, stderr: true, since: since(State.StartedAt) };
    const ended = new AbortController();
    const stop = (): void => ended.abort();
    closed.addEventListener('abort', stop, { once: true });
    try {
      const log = await host.stream({ method: 'GET', path: `/containers/${container}/logs`, query }, ended.signal);
      let tail = '';
      for await (const chunk of log) {
        tail += String(chunk);
        if (tail.includes(LISTENS)) return;
        tail = tail.slice(-LISTENS.length);
      }
    } finally {
      closed.removeEventListener('abort', stop);
      stop();
    }
  }

  const inspect = (container: string): Promise<{ State: { StartedAt: string; Running: boolean } }> =>
    host.call({ method: 'GET', path: `/containers/${container}/json` }, closed);

  const runs = (container: string): Promise<boolean> =>
    inspect(container).then(
      ({ State }) => State.Running,
      () => false,
    );

  async function answers(cluster: ClusterName, machine: MachineId): Promise<boolean> {
    const engine = connections.to(cluster, machine);
    return engine.call({ method: 'GET', path: '/_ping' }, closed).then(
      () => true,
      () => false,
    );
  }

  function watch(cluster: ClusterName, row: Pick<ContainerRow, 'Id' | 'Names'>): void {
    if (watched.has(row.Id) || closed.aborted) return;
    watched.add(row.Id);
    const machine = asMachineId((row.Names[0] ?? '').replace(/^\//, ''));
    wait(cluster, row.Id, machine)
      .catch(() => {}) // closed
      .finally(() => watched.delete(row.Id));
  }

  return {
    isWorthAsking(cluster, row) {
      if (!isYoung(row.Status)) return true;
      const isAnswering = connections.answered(asMachineId(nameOf(row)));
      if (!isAnswering) watch(cluster, row);
      return isAnswering;
    },
    watch,
  };
}

/** Docker's words for an uptime of under a minute (go-units, HumanDuration). */
export const isYoung = (status: string): boolean => /^Up (Less than a|\d+) seconds?\b/.test(status);

/** RFC 3339 with nanoseconds as Docker's `since` wants it: seconds with a fraction. One ms earlier, for the rounding. */
function since(startedAt: string): string {
  return ((Date.parse(startedAt) - 1) / 1_000).toFixed(3);
}
