import type { World } from '../../src/providers/simulated/world.ts';
import type { WorldStore } from '../../src/providers/simulated/world-store.ts';
import { INVARIANTS } from '../../src/simulation/invariants/all.ts';
import type { Trace } from '../../src/simulation/trace.ts';

const { S1, S2, S3, S4, S13 } = INVARIANTS;

/** The same worlds, each effect on them judged by the truth right before it, and forgotten. */
export function watchWorlds(worlds: WorldStore): { readonly worlds: WorldStore; readonly broken: string[] } {
  const broken: string[] = [];
  const watched: WorldStore = {
    ...worlds,
    async change(cluster, cause, signal, act) {
      let before: World | null = null;
      let after: World | null = null;
      const answer = await worlds.change(cluster, cause, signal, (draft) => {
        before = worlds.read(cluster);
        const result = act(draft);
        after = draft.world;
        return result;
      });
      if (cause === null) return answer;
      const change = { kind: 'change', at: 0, by: 'soak', term: 1, cause, cluster, before, after, look: null } as const;
      const trace: Trace = { entries: [change], owner: 'o', secrets: [], graceMs: 0, maxDeletions: 1, end: null };
      for (const judge of [S1, S2, S3, S4, S13])
        broken.push(...judge(trace).map(({ invariant, why }) => `${invariant}: ${why}`));
      return answer;
    },
  };
  return { worlds: watched, broken };
}
