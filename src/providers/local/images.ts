import type { Clock } from '../../base/clock.ts';
import type { Failpoint } from '../../base/failpoint.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { createGate } from '../swarm/gate.ts';
import { withLimit } from '../swarm/limit.ts';
import { answer, isStatus, oneLine, toProblem } from '../swarm/problems.ts';
import { segment } from './names.ts';
import { readProgress } from './progress.ts';

/** A node image is 100–350 MB; on a slow line that takes minutes. Our choice. */
const PULL_LIMIT_MS = 30 * 60_000;
/** A pull that fails at once is answered at once; one that lasts is reported. Our choice. */
const PULL_PATIENCE_MS = 1_500;
/** Copying 300 MB through an exec stream takes about 10 s here. */
const LOAD_LIMIT_MS = 10 * 60_000;
/** Copies at once: each is read from the host's disk and unpacked on the same one. */
const LOADS_AT_ONCE = 3;

export interface Images {
  /** Sees that the host's engine has the node image, and begins to pull it if not. */
  ensure(ref: ClusterRef, signal: AbortSignal): Promise<Result<void, Problem>>;
  /** Ids of the host's images, by reference; one that is missing is left out. */
  resolve(references: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  load(machine: MachineId, engine: Engine, image: string, signal: AbortSignal): Promise<Result<void, Problem>>;
}

export interface ImagesOptions {
  readonly host: Engine;
  readonly clock: Clock;
  /** Ends pulls under way. */
  readonly closed: AbortSignal;
  readonly onPulled: (cluster: ClusterName) => void;
  readonly failpoint: Failpoint;
}

export function createImages({ host, clock, closed, onPulled, failpoint }: ImagesOptions): Images {
  const pulls = new Map<string, Promise<Result<void, Problem>>>();
  const loads = createGate(LOADS_AT_ONCE);

  async function idOf(reference: string, signal: AbortSignal): Promise<string | null> {
    try {
      return (await host.call<{ Id: string }>({ method: 'GET', path: `/images/${segment(reference)}/json` }, signal))
        .Id;
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  }

  async function pull(image: string): Promise<Result<void, Problem>> {
    try {
      await withLimit(clock, PULL_LIMIT_MS, closed, async (signal) => {
        const query = { fromImage: withTag(image) };
        await readProgress(
          await host.stream({ method: 'POST', path: '/images/create', query, limitMs: 120_000 }, signal),
        );
      });
      return ok(undefined);
    } catch (error) {
      const why = oneLine(error instanceof Error ? error.message : String(error));
      const detail = `${image} is not on this Docker engine and could not be pulled: ${why}`;
      return fail({ kind: 'refused', field: 'spec.local.image', detail });
    }
  }

  /** The answer stays until somebody has heard it; the next question begins a new pull. */
  async function pulled(ref: ClusterRef, image: string, signal: AbortSignal): Promise<Result<void, Problem>> {
    const going = pulls.get(image) ?? pull(image);
    if (!pulls.has(image)) {
      pulls.set(image, going);
      going.then(() => onPulled(ref.cluster)).catch(() => {}); // it never rejects
    }
    try {
      const result = await withLimit(clock, PULL_PATIENCE_MS, signal, () => going);
      pulls.delete(image);
      return result;
    } catch (error) {
      signal.throwIfAborted();
      const problem = toProblem(error, image);
      return fail({ ...problem, kind: 'unreachable', what: image, detail: 'it is being pulled to this Docker engine' });
    }
  }

  return {
    async ensure(ref, signal) {
      const { image } = ref.spec.spec.local;
      const found = await answer(image, signal, () => idOf(image, signal));
      if (!found.ok) return found;
      return found.value === null ? pulled(ref, image, signal) : ok(undefined);
    },

    async resolve(references, signal) {
      const ids = await Promise.all(
        references.map(async (reference) => [reference, await idOf(reference, signal)] as const),
      );
      return Object.fromEntries(ids.filter((entry): entry is [string, string] => entry[1] !== null));
    },

    load(machine, engine, image, signal) {
      const copy = async (inner: AbortSignal): Promise<void> => {
        const path = `/images/${segment(image)}/get`;
        const body = await host.stream({ method: 'GET', path, limitMs: LOAD_LIMIT_MS }, inner);
        failpoint('load-image:during');
        const query = { quiet: true };
        await readProgress(
          await engine.stream({ method: 'POST', path: '/images/load', query, body, limitMs: LOAD_LIMIT_MS }, inner),
        );
      };
      return answer(
        `${machine}'s engine`,
        signal,
        () => loads(() => withLimit(clock, LOAD_LIMIT_MS, signal, copy), signal),
        (error) =>
          isStatus(error, 404)
            ? {
                kind: 'refused',
                field: 'spec.local.preloadImages',
                detail: `${image} is not on this Docker engine: pull or build it there first`,
              }
            : null,
      );
    },
  };
}

/** Without a tag Docker would pull all of them. */
function withTag(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
}
