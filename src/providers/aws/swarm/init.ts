import { fail, ok, type Result } from '../../../base/result.ts';
import type { MachineId } from '../../../model/ids.ts';
import type { SwarmWish } from '../../../model/observed.ts';
import type { Problem } from '../../../model/problem.ts';
import type { Swarm, SwarmRef } from '../../provider.ts';
import { appoint, readFounding } from '../table/founding.ts';
import { answerOf } from './requesting.ts';
import { poll, type TableSwarmOptions, termOf } from './swarm-options.ts';

/** Appoints the founder, unless it is already, and waits for the swarm that comes of it. */
export function createInit(swarm: TableSwarmOptions): Swarm['init'] {
  const { table, random, times } = swarm;

  /** The appointment that stands. A repeated one would take the nonce from a founder that is at work. */
  async function appointed(
    ref: SwarmRef,
    founder: MachineId,
    { givenUp = [], ...options }: SwarmWish,
    signal: AbortSignal,
  ): Promise<Result<string, Problem>> {
    const { cluster } = ref;
    const term = termOf(ref);
    const read = await readFounding(table, cluster, signal);
    if (!read.ok) return read;
    const now = read.value;
    const before = now?.swarm ?? null;
    // Its machines may all be gone: a second one is founded only on a person's word, or when nobody but a founder that is
    // gone was ever in it.
    if (now && before !== null && !givenUp.includes(before) && !givenUp.includes(now.founder))
      return refused(`swarm ${before} of ${cluster} was founded already, by ${now.founder}`);
    if (before === null && now?.founder === founder && now.term === term) return ok(now.nonce);
    const nonce = random.id(16);
    const done = await appoint(table, cluster, { founder, nonce, term, options }, before, signal);
    return done.ok ? ok(nonce) : done;
  }

  return async (ref, machine, options, signal) => {
    const { cluster } = ref;
    const nonce = await appointed(ref, machine, options, signal);
    if (!nonce.ok) return nonce;
    const founded = await poll(
      swarm,
      times.beginMs + times.doMs,
      async () => {
        const now = await readFounding(table, cluster, signal);
        if (!now.ok || now.value?.swarm) return now;
        return answerOf(swarm, cluster, machine, nonce.value, signal);
      },
      signal,
    );
    if (founded?.ok) return ok(undefined);
    return founded ?? fail({ kind: 'unreachable', what: machine, detail: 'its agent did not found the swarm' });
  };
}

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
