import type { Failpoint } from '../../base/failpoint.ts';
import type { ClusterName, MachineId, SwarmId } from '../../model/ids.ts';
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

/** How a worker joins a swarm. */
export interface Invitation {
  readonly swarm: SwarmId;
  /** Of workers. A secret. */
  readonly token: string;
  /** Of the managers that are reachable, `host:port`. */
  readonly managers: readonly string[];
}

type Membership = Pick<Swarm, 'init' | 'forceNew' | 'join' | 'leave'>;

export function createMembership({ engineOf, addressOf, failpoint }: SwarmOptions): Membership {
  const invitations = new Map<Engine, Promise<Invitation>>();

  /** Joins that begin together share one question. */
  function invitation(engine: Engine, signal: AbortSignal): Promise<Invitation> {
    const going = invitations.get(engine) ?? readInvitation(engine, signal).finally(() => invitations.delete(engine));
    invitations.set(engine, going);
    return going;
  }

  async function place(cluster: ClusterName, machine: MachineId, signal: AbortSignal) {
    return placeAt(await addressOf(cluster, machine, signal));
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
        const [invited, address] = await Promise.all([
          invitation(engineOf(cluster, through), signal),
          addressOf(cluster, machine, signal),
        ]);
        await joinAsWorker(engineOf(cluster, machine), address, invited, failpoint, signal);
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

/** Asked of a manager. The token of managers is dropped here, where it is parsed. */
export async function readInvitation(engine: Engine, signal: AbortSignal): Promise<Invitation> {
  const [swarm, nodes] = await Promise.all([
    engine
      .call<{ ID: string; JoinTokens: { Worker: string } }>({ method: 'GET', path: '/swarm' }, signal)
      .then(({ ID, JoinTokens }) => ({ swarm: ID as SwarmId, token: JoinTokens.Worker })),
    engine.call<readonly ApiNode[]>({ method: 'GET', path: '/nodes' }, signal),
  ]);
  const managers = nodes.flatMap(({ ManagerStatus }) =>
    ManagerStatus && ManagerStatus.Reachability !== 'unreachable' ? [ManagerStatus.Addr] : [],
  );
  return { ...swarm, managers };
}

/** Resolves when it is accepted or pending, also where it is in a swarm already. */
export async function joinAsWorker(
  engine: Engine,
  address: string,
  { token, managers }: Invitation,
  failpoint: Failpoint,
  signal: AbortSignal,
): Promise<void> {
  const body = { ...placeAt(address), RemoteAddrs: managers, JoinToken: token };
  const call = { method: 'POST', path: '/swarm/join', body, limitMs: JOIN_LIMIT_MS } as const;
  await send(failpoint, 'join', engine, call, signal).catch((error: unknown) => {
    if (!isAlreadyInSwarm(error) && !(error instanceof NoAnswerInTime)) throw error;
  });
}

/** Where a machine is found by the others: its fixed address, for control and data alike. */
const placeAt = (address: string) => ({
  ListenAddr: LISTEN,
  AdvertiseAddr: address,
  DataPathAddr: address,
  Availability: 'pause',
});
