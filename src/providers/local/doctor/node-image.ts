import type { Clock } from '../../../base/clock.ts';
import { describeError } from '../../../base/events.ts';
import type { Engine } from '../../swarm/engine.ts';
import { withLimit } from '../../swarm/limit.ts';
import { isStatus } from '../../swarm/problems.ts';
import { segment } from '../names.ts';
import { readProgress } from '../progress.ts';

export interface ImageNeeds {
  readonly host: Engine;
  readonly clock: Clock;
  /** Told before something that takes long, e.g. a download. */
  readonly onProgress: (text: string) => void;
}

const PULL_LIMIT_MS = 10 * 60_000;
/** Until the first word of a pull. A registry that is slow to answer takes some seconds. Our choice. */
const PULL_BEGIN_LIMIT_MS = 120_000;

/** Where the node image comes from; `why` it is not there: null when it was not to be pulled. */
export async function haveImage(
  { host, clock, onProgress }: ImageNeeds,
  image: string,
  pull: boolean,
  signal: AbortSignal,
): Promise<{ readonly origin: string } | { readonly why: string | null }> {
  try {
    const path = `/images/${segment(image)}/json`;
    const { Size } = await host.call<{ Size: number }>({ method: 'GET', path }, signal);
    return { origin: `${image}, already on this engine (${Math.round(Size / 1e6)} MB)` };
  } catch (error) {
    signal.throwIfAborted();
    if (!isStatus(error, 404)) return { why: describeError(error) };
  }
  if (!pull) return { why: null };
  onProgress(`pulling ${image} (about 150 MB to download, once) …`);
  try {
    const query = { fromImage: image };
    const request = { method: 'POST', path: '/images/create', query, limitMs: PULL_BEGIN_LIMIT_MS } as const;
    await withLimit(clock, PULL_LIMIT_MS, signal, async (inner) => readProgress(await host.stream(request, inner)));
    return { origin: `${image}, just pulled to this engine` };
  } catch (error) {
    signal.throwIfAborted();
    return { why: describeError(error) };
  }
}
