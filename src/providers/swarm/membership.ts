import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Swarm } from '../provider.ts';
import type { ApiNode } from './api.ts';
import type { Engine } from './engine.ts';
import { readEngineView } from './engine-view.ts';
import { NoAnswerInTime } from './limit.ts';
import { withOptions } from './live-options.ts';
import { answer, isAlreadyInSwarm, isNotInSwarm } from './problems.ts';
import { send } from './send.ts';
import type { SwarmOptions } from './swarm-options.ts';

/** Starting a swarm takes 0.6 s. Our choice for a busy machine. */
const INIT_LIMIT_MS = 20_000;
/** Forcing one takes 1.2 s; its engine first stops what runs of the old one. Our choice for a busy machine. */
const FORCE_LIMIT_MS = 60_000;
/** A join takes 0.1–0.7 s; where nobody listens 10, where packets are swallowed 20, and it goes on by itself. */
const JOIN_LIMIT_MS = 6_000;
/** A manager that leaves asks the others first. Our choice. */
const LEAVE_LIMIT_MS = 15_000;
/** Docker's own swarm port. */
const LISTEN = '0.0.0.0:2377';

/** An engine whose swarm has no leader takes up to 20 s to say so. */
const INFO_LIMIT_MS = 30_000;

class NoManager extends Error {}

interface Invitation {
  readonly token: string;
  readonly managers: readonly string[];
}

type Membership = Pick<Swarm, 'init' | 'forceNew' | 'join' | 'leave'>;

export function createMembership({ engineOf, addressOf, failpoint }: SwarmOptions): Membership {
  const invitations = new Map<Engine, Promise<Invitation>>();

  /** Joins that begin together share one question. The manager token is dropped here, where it is parsed. */
  function invitation(engine: Engine, signal: AbortSignal): Promise<Invitation> {
    const going = invitations.get(engine) ?? ask(engine, signal).finally(() => invitations.delete(engine));
    invitations.set(engine, going);
    return going;
  }

  async function ask(engine: Engine, signal: AbortSignal): Promise<Invitation> {
    const [token, nodes] = await Promise.all([
      engine
        .call<{ JoinTokens: { Worker: string } }>({ method: 'GET', path: '/swarm' }, signal)
        .then(({ JoinTokens }) => JoinTokens.Worker),
      engine.call<readonly ApiNode[]>({ method: 'GET', path: '/nodes' }, signal),
    ]);
    return { token, managers: nodes.flatMap(({ ManagerStatus }) => ManagerStatus?.Addr ?? []) };
  }

  /** Where a machine is found by the others: its fixed address, for control and data alike. */
  async function place(cluster: ClusterName, machine: MachineId, signal: AbortSignal) {
    const address = await addressOf(cluster, machine, signal);
    return { ListenAddr: LISTEN, AdvertiseAddr: address, DataPathAddr: address, Availability: 'pause' };
  }

  return {
    init({ cluster }, machine, options, signal) {
      const run = async (): Promise<void> => {
        const body = {
          ...(await place(cluster, machine, signal)),
          DefaultAddrPool: options.addressPools,
          SubnetSize: options.subnetSize,
          DataPathPort: options.dataPathPort,
          Spec: withOptions({}, options),
        };
        const call = { method: 'POST', path: '/swarm/init', body, limitMs: INIT_LIMIT_MS } as const;
        await send(failpoint, 'init-swarm', engineOf(cluster, machine), call, signal);
      };
      return answer(machine, signal, run, (error) =>
        isAlreadyInSwarm(error) ? { kind: 'refused', field: null, detail: `${machine} is in a swarm already` } : null,
      );
    },

    forceNew({ cluster }, machine, signal) {
      const run = async (): Promise<void> => {
        const engine = engineOf(cluster, machine);
        // Docker would start another swarm on a machine that is in none.
        const view = await readEngineView(engine, [], INFO_LIMIT_MS, signal);
        if (!view.isManager) throw new NoManager(`${machine} is no manager of a swarm`);
        const { ListenAddr, AdvertiseAddr, DataPathAddr } = await place(cluster, machine, signal);
        const body = { ListenAddr, AdvertiseAddr, DataPathAddr, ForceNewCluster: true, Spec: {} };
        const call = { method: 'POST', path: '/swarm/init', body, limitMs: FORCE_LIMIT_MS } as const;
        await send(failpoint, 'force-new-cluster', engine, call, signal);
      };
      return answer(machine, signal, run, (error) =>
        error instanceof NoManager ? { kind: 'refused', field: null, detail: error.message } : null,
      );
    },

    join({ cluster }, machine, through, signal) {
      const run = async (): Promise<void> => {
        const [{ token, managers }, where] = await Promise.all([
          invitation(engineOf(cluster, through), signal),
          place(cluster, machine, signal),
        ]);
        const body = { ...where, RemoteAddrs: managers, JoinToken: token };
        const call = { method: 'POST', path: '/swarm/join', body, limitMs: JOIN_LIMIT_MS } as const;
        await send(failpoint, 'join', engineOf(cluster, machine), call, signal).catch((error: unknown) => {
          if (!isAlreadyInSwarm(error) && !(error instanceof NoAnswerInTime)) throw error;
        });
      };
      return answer(machine, signal, run);
    },

    leave({ cluster }, machine, signal) {
      const call = { method: 'POST', path: '/swarm/leave', query: { force: true }, limitMs: LEAVE_LIMIT_MS } as const;
      return answer(machine, signal, () =>
        send<void>(failpoint, 'leave', engineOf(cluster, machine), call, signal).catch((error: unknown) => {
          if (!isNotInSwarm(error)) throw error;
        }),
      );
    },
  };
}
