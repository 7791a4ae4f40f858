import type { Clock } from '../../base/clock.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Engine } from '../swarm/engine.ts';
import { LABEL, type Labels } from './names.ts';

/** What changes how a cluster looks. `exec_…` is left out: every connection of ours is one. */
const EVENTS = ['create', 'start', 'die', 'pause', 'unpause', 'destroy', 'oom', 'disconnect', 'remove'];
/** Between tries to follow the events of an engine that is away: doubling, from and to. Our choice. */
const RETRY_MS = { first: 250, last: 15_000 };

type OnHint = (cluster: ClusterName) => void;

export interface Hints {
  /** Calls back until aborted. */
  subscribe(onHint: OnHint, signal: AbortSignal): void;
  /** A hint of our own. */
  give(cluster: ClusterName): void;
}

/** The host engine's events about this owner's things, and what we learn ourselves. */
export function createHints(host: Engine, owner: string, clock: Clock): Hints {
  const listeners = new Set<OnHint>();

  async function follow(onHint: OnHint, signal: AbortSignal): Promise<void> {
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      await readEvents(onHint, signal, () => {
        retryMs = RETRY_MS.first;
      }).catch(() => {}); // it ended or could not begin: both are tried again
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 2, RETRY_MS.last);
    }
  }

  async function readEvents(onHint: OnHint, signal: AbortSignal, onBegin: () => void): Promise<void> {
    const filters = { label: [`${LABEL.owner}=${owner}`], event: EVENTS };
    const stream = await host.stream({ method: 'GET', path: '/events', query: { filters } }, signal);
    onBegin();
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const cluster = parseEvent(line);
        if (cluster !== null) onHint(cluster);
      }
    }
  }

  return {
    subscribe(onHint, signal) {
      listeners.add(onHint);
      signal.addEventListener('abort', () => listeners.delete(onHint), { once: true });
      follow(onHint, signal).catch(() => {}); // aborted
    },
    give: (cluster) => listeners.forEach((onHint) => void onHint(cluster)),
  };
}

/** The cluster that an event is about; null when it is none of ours. */
export function parseEvent(line: string): ClusterName | null {
  if (line.trim() === '') return null;
  const event = JSON.parse(line) as { Actor?: { Attributes?: Labels } };
  return (event.Actor?.Attributes?.[LABEL.cluster] as ClusterName | undefined) ?? null;
}
