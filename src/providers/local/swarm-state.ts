import { fail, ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { Infrastructure } from '../provider.ts';
import { answer, isStatus } from '../swarm/problems.ts';
import type { MachinesOptions } from './machines.ts';
import { isOurs, type Labels } from './names.ts';

/** Where an engine keeps the state of its swarm (Docker's documentation, "Back up the swarm"). */
const PARENT = '/var/lib/docker';
const STATE = `${PARENT}/swarm`;
/** There from the moment an engine is in a swarm. */
const PROOF = `${STATE}/docker-state.json`;
/** An engine is given so long to end by itself, seconds. Its tasks have 10 s each, side by side. Our choice. */
const GRACE_S = 30;
const STOP_LIMIT_MS = 60_000;
/** Raft alone is 64 MB and more: 2 s here. Our choice for a slow disk. */
const COPY_LIMIT_MS = 10 * 60_000;

interface Container {
  readonly Config: { readonly Labels: Labels | null };
  readonly State: { readonly Running: boolean };
}

type SwarmStates = Pick<Infrastructure, 'stopMachine' | 'readSwarmState' | 'writeSwarmState'>;

/** Stops machines, and reads or writes the swarm state on the disks of stopped ones, as Docker documents it. */
export function createSwarmStates({ host, owner, forget, failpoint }: MachinesOptions): SwarmStates {
  /** Whether one of ours runs. */
  async function runs(
    cluster: ClusterName,
    machine: MachineId,
    signal: AbortSignal,
  ): Promise<Result<boolean, Problem>> {
    const path = `/containers/${machine}/json`;
    const found = await answer(machine, signal, () => host.call<Container>({ method: 'GET', path }, signal));
    if (!found.ok) return found;
    const { Config, State } = found.value;
    return isOurs(Config.Labels, owner, cluster, 'machine') ? ok(State.Running) : refused(`${machine} is not ours`);
  }

  async function whenStopped<T>(
    cluster: ClusterName,
    machine: MachineId,
    signal: AbortSignal,
    act: () => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    const running = await runs(cluster, machine, signal);
    if (!running.ok) return running;
    return running.value ? refused(`${machine} runs: its engine must be stopped`) : act();
  }

  function has(machine: MachineId, path: string, signal: AbortSignal): Promise<boolean> {
    const call = { method: 'HEAD', path: `/containers/${machine}/archive`, query: { path } } as const;
    return host.call(call, signal).then(
      () => true,
      (error: unknown) => {
        if (isStatus(error, 404)) return false;
        throw error;
      },
    );
  }

  return {
    async stopMachine({ cluster }, machine, signal) {
      const running = await runs(cluster, machine, signal);
      if (!running.ok) return running;
      if (!running.value) return ok(undefined);
      forget(machine);
      const path = `/containers/${machine}/stop`;
      const call = { method: 'POST', path, query: { t: GRACE_S }, limitMs: STOP_LIMIT_MS } as const;
      failpoint('stop-machine:during');
      return answer(machine, signal, () => host.call<void>(call, signal));
    },

    readSwarmState: ({ cluster }, machine, signal) =>
      whenStopped(cluster, machine, signal, () => {
        const path = `/containers/${machine}/archive`;
        const call = { method: 'GET', path, query: { path: STATE }, limitMs: COPY_LIMIT_MS } as const;
        return answer(machine, signal, () => host.stream(call, signal));
      }),

    writeSwarmState: ({ cluster }, machine, state, signal) =>
      whenStopped(cluster, machine, signal, async () => {
        const isThere = await answer(machine, signal, () => has(machine, PROOF, signal));
        if (!isThere.ok) return isThere;
        if (isThere.value) return refused(`${machine} has swarm state already`);
        const path = `/containers/${machine}/archive`;
        const query = { path: PARENT };
        const call = { method: 'PUT', path, query, body: state, limitMs: COPY_LIMIT_MS } as const;
        return answer(machine, signal, () => host.call<void>(call, signal));
      }),
  };
}

const refused = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });
