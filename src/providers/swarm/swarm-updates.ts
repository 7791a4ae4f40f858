import { fail } from '../../base/result.ts';
import type { Swarm } from '../provider.ts';
import type { ApiSwarm } from './api.ts';
import { withOptions } from './live-options.ts';
import { answer } from './problems.ts';
import { send } from './send.ts';
import type { SwarmOptions } from './swarm-options.ts';

/** As for a node's update: the leader answers in 0.05 s. Our choice. */
const LIMIT_MS = 5_000;

export function createSwarmUpdates({ engineOf, failpoint }: SwarmOptions): Pick<Swarm, 'setSwarm'> {
  return {
    /** An update replaces the whole spec, so what is to stay is read first, at the version that the planner saw. */
    async setSwarm({ cluster }, via, version, options, signal) {
      const engine = engineOf(cluster, via);
      const what = `the swarm of ${cluster}`;
      const seen = await answer(what, signal, async () => {
        const call = { method: 'GET', path: '/swarm', limitMs: LIMIT_MS } as const;
        const { Version, Spec } = await engine.call<ApiSwarm>(call, signal); // the tokens end here
        return { version: Version.Index, spec: Spec };
      });
      if (!seen.ok) return seen;
      if (seen.value.version !== version) return fail({ kind: 'conflict', what });
      const query = {
        version,
        rotateWorkerToken: false,
        rotateManagerToken: false,
        rotateManagerUnlockKey: false,
      };
      const body = { ...withOptions(seen.value.spec, options) };
      const call = { method: 'POST', path: '/swarm/update', query, body, limitMs: LIMIT_MS } as const;
      return answer(what, signal, () => send<void>(failpoint, 'set-swarm', engine, call, signal));
    },
  };
}
