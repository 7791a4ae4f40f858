import { fail, ok, type Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import type { NodeRef, Swarm } from '../provider.ts';
import type { ApiNode, ApiNodeSpec } from './api.ts';
import type { Engine } from './engine.ts';
import { answer, isStatus } from './problems.ts';
import { send } from './send.ts';
import type { SwarmOptions } from './swarm-options.ts';

/** A demotion was seen to hang for 30 s on a manager that loses its office: better to ask another. Our choice. */
const LIMIT_MS = 5_000;

type NodeUpdates = Pick<Swarm, 'setNode' | 'promote' | 'demote' | 'remove'>;

export function createNodeUpdates({ engineOf, failpoint }: SwarmOptions): NodeUpdates {
  /**
   * A NodeUpdate replaces the whole spec, so what is to stay is read first. It is only true for the version that the
   * planner saw: with another one this answers `conflict`. Between the two requests the engine itself compares.
   */
  async function update(
    kind: string,
    engine: Engine,
    node: NodeRef,
    change: Partial<ApiNodeSpec>,
    signal: AbortSignal,
  ): Promise<Result<void, Problem>> {
    const path = `/nodes/${node.id}`;
    const seen = await answer(`member ${node.id}`, signal, () =>
      engine.call<ApiNode>({ method: 'GET', path, limitMs: LIMIT_MS }, signal),
    );
    if (!seen.ok) return seen;
    if (seen.value.Version.Index !== node.version) return fail({ kind: 'conflict', what: `member ${node.id}` });
    const body = { ...seen.value.Spec, ...change };
    const query = { version: node.version };
    return answer(`member ${node.id}`, signal, () =>
      send<void>(
        failpoint,
        kind,
        engine,
        { method: 'POST', path: `${path}/update`, query, body, limitMs: LIMIT_MS },
        signal,
      ),
    );
  }

  return {
    setNode: ({ cluster }, via, node, { availability, labels }, signal) =>
      update('set-node', engineOf(cluster, via), node, { Availability: availability, Labels: labels }, signal),
    promote: ({ cluster }, via, node, signal) =>
      update('promote', engineOf(cluster, via), node, { Role: 'manager' }, signal),
    demote: ({ cluster }, via, node, signal) =>
      update('demote', engineOf(cluster, via), node, { Role: 'worker' }, signal),

    async remove({ cluster }, via, node, force, signal) {
      const path = `/nodes/${node}`;
      const engine = engineOf(cluster, via);
      const removed = await answer(`member ${node}`, signal, async () => {
        const call = { method: 'DELETE', path, query: { force }, limitMs: LIMIT_MS } as const;
        await send(failpoint, 'remove-member', engine, call, signal).catch((error: unknown) => {
          if (!isStatus(error, 404)) throw error;
        });
      });
      return removed.ok ? ok(undefined) : removed;
    },
  };
}
