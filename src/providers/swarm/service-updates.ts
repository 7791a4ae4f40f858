import { fail, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { withSurge } from '../../model/surge.ts';
import type { ServiceRef, Swarm } from '../provider.ts';
import type { ApiService, ApiServiceSpec } from './api.ts';
import { answer } from './problems.ts';
import { send } from './send.ts';
import type { SwarmOptions } from './swarm-options.ts';

/** As for a node's update: the leader answers in 0.05 s. Our choice. */
const LIMIT_MS = 5_000;

export function createServiceUpdates({ engineOf, failpoint }: SwarmOptions): Pick<Swarm, 'constrain' | 'rebalance'> {
  /**
   * An update replaces the whole spec, so what is to stay is read first, at the version that the planner saw. Credentials
   * for its image stay those of the present spec (`registryAuthFrom`). Docker then keeps the spec as it was before as the
   * one that a rollback by hand goes back to.
   */
  async function update(
    kind: string,
    at: { readonly cluster: ClusterName; readonly via: MachineId; readonly service: ServiceRef },
    change: (spec: ApiServiceSpec) => ApiServiceSpec,
    signal: AbortSignal,
  ): Promise<Result<void, Problem>> {
    const { id, version } = at.service;
    const engine = engineOf(at.cluster, at.via);
    const what = `service ${id}`;
    const path = `/services/${id}`;
    const seen = await answer(what, signal, () =>
      engine.call<ApiService>({ method: 'GET', path, limitMs: LIMIT_MS }, signal),
    );
    if (!seen.ok) return seen;
    if (seen.value.Version.Index !== version) return fail({ kind: 'conflict', what });
    const body = { ...change(seen.value.Spec) };
    const query = { version, registryAuthFrom: 'spec' };
    const call = { method: 'POST', path: `${path}/update`, query, body, limitMs: LIMIT_MS } as const;
    const updated = await answer(what, signal, () => send<unknown>(failpoint, kind, engine, call, signal));
    return updated.ok ? { ok: true, value: undefined } : updated; // it answers with warnings, for people at a terminal
  }

  return {
    constrain: ({ cluster }, via, service, { node, on }, signal) =>
      update('constrain-service', { cluster, via, service }, (spec) => constrained(spec, node, on), signal),
    rebalance: ({ cluster }, via, service, signal) =>
      update('rebalance-service', { cluster, via, service }, forced, signal),
  };
}

function constrained(spec: ApiServiceSpec, node: Parameters<typeof withSurge>[1], on: boolean): ApiServiceSpec {
  const { Placement } = spec.TaskTemplate ?? {};
  const before = { constraints: Placement?.Constraints ?? [], labels: spec.Labels ?? {} };
  const { constraints, labels } = withSurge(before, node, on);
  return {
    ...spec,
    Labels: labels,
    TaskTemplate: { ...spec.TaskTemplate, Placement: { ...Placement, Constraints: constraints } },
  };
}

function forced(spec: ApiServiceSpec): ApiServiceSpec {
  const { TaskTemplate } = spec;
  return { ...spec, TaskTemplate: { ...TaskTemplate, ForceUpdate: (TaskTemplate?.ForceUpdate ?? 0) + 1 } };
}
