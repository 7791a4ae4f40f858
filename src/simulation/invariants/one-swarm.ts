import { changesOf, type Invariant, isBeingRecovered } from '../trace.ts';

/** S3: a second swarm of one cluster gets a member besides its founder. */
export const S3: Invariant = (trace) =>
  changesOf(trace).flatMap((change) => {
    if (isBeingRecovered(change)) return [];
    const { at, cluster, before, after } = change;
    const grown = (after?.swarms ?? []).slice(1).filter((swarm) => {
      const old = before?.swarms.find(({ id }) => id === swarm.id);
      return swarm.members.length > 1 && swarm.members.length > (old?.members.length ?? 0);
    });
    const isBegunAgain = before?.record?.swarmId != null && (after?.swarms.length ?? 0) > before.swarms.length;
    return [
      ...grown.map(({ id }) => ({ invariant: 'S3', at, why: `${cluster}: a second swarm, ${id}, has members` })),
      ...(isBegunAgain
        ? [{ invariant: 'S3', at, why: `${cluster}: a swarm is started although its record names one` }]
        : []),
    ];
  });
