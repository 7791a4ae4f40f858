import type { Clock } from '../../base/clock.ts';
import { mapLimit } from '../../base/concurrency.ts';
import type { Failpoint } from '../../base/failpoint.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import type { MachineWish } from '../../model/step.ts';
import type { ClusterRef, Infrastructure } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer, isAddressTaken, isStatus, oneLine } from '../swarm/problems.ts';
import { createReservations, nextAddress, type Reservations } from './addresses.ts';
import type { Images } from './images.ts';
import { machineOptions } from './machine-options.ts';
import { isOurs, LABEL, type Labels, labelsOf, networkName } from './names.ts';
import { tarOf } from './tar.ts';
import { listContainers, type NetworkRow, nameOf } from './world.ts';

/** Made at once. Docker takes them side by side and two cores are busy with four; more only waits in Docker. */
const AT_ONCE = 16;
/** Making or removing one takes 0.1–0.5 s alone, some seconds when forty come together. Our choice. */
const LIMIT_MS = 60_000;

/** Making a container took under 0.5 s where two asked for one. */
const SHOWN_TRIES = 20;
const SHOWN_RETRY_MS = 100;

export interface MachinesOptions {
  readonly host: Engine;
  readonly owner: string;
  readonly clock: Clock;
  readonly images: Images;
  readonly failpoint: Failpoint;
  /** Called when a machine is about to go. */
  readonly forget: (machine: MachineId) => void;
}

type Machines = Pick<Infrastructure, 'resize' | 'startMachine' | 'removeMachine'>;
type Answer = Promise<Result<void, Problem>>;

export function createMachines({ host, owner, clock, images, failpoint, forget }: MachinesOptions): Machines {
  const reservations = new Map<ClusterName, Reservations>();

  async function plot(ref: ClusterRef, wishes: readonly MachineWish[], signal: AbortSignal) {
    const ours = reservations.get(ref.cluster) ?? createReservations();
    reservations.set(ref.cluster, ours);
    const taken = ours.begin();
    const [network, rows] = await Promise.all([
      host.call<NetworkRow>({ method: 'GET', path: `/networks/${networkName(ref.cluster)}` }, signal),
      listContainers(host, labelsOf(owner, ref.cluster, 'machine'), signal),
    ]);
    const names = new Set(rows.map(nameOf));
    const addresses = taken(new Set(rows.flatMap((row) => row.Labels?.[LABEL.address] ?? [])));
    const subnet = isOurs(network.Labels, owner, ref.cluster) ? network.Labels?.[LABEL.subnet] : undefined;
    if (subnet === undefined) return null;
    return wishes
      .filter((wish) => !names.has(wish.id))
      .map((wish) => {
        const address = addressFor(wish, subnet, addresses);
        if (address !== null) {
          addresses.add(address);
          ours.reserve(address);
        }
        return { wish, address, settle: () => address !== null && ours.settle(address) };
      });
  }

  async function make(ref: ClusterRef, wish: MachineWish, address: string, signal: AbortSignal): Answer {
    const path = `/containers/${wish.id}`;
    const { local, engine } = ref.spec.spec;
    const facts = { owner, cluster: ref.cluster, wish, address, createdAt: clock.now() };
    const body = await machineOptions(facts, local, engine.config).catch((error: Error) => error);
    if (body instanceof Error) return fail({ kind: 'refused', field: 'spec.local.securityOpt', detail: body.message });
    const query = { name: wish.id };
    const created = await answer(wish.id, signal, () =>
      host.call({ method: 'POST', path: '/containers/create', query, body, limitMs: LIMIT_MS }, signal),
    );
    if (!created.ok && created.problem.kind === 'gone') return missing(ref, signal);
    if (!created.ok && created.problem.kind === 'conflict') return beingMade(ref.cluster, wish.id, signal);
    if (!created.ok) return created;
    failpoint('grow-pool:during');
    let addressTaken = false;
    const started = await answer(
      wish.id,
      signal,
      () => start(wish.id, (body.Labels as Labels)[LABEL.config], signal),
      (error) => {
        addressTaken = isAddressTaken(error);
        return addressTaken ? { kind: 'conflict', what: `address ${address}` } : cannotRun(error);
      },
    );
    if (addressTaken)
      await answer(wish.id, signal, () => host.call({ method: 'DELETE', path, query: { v: true } }, signal));
    return started;
  }

  /** `config`: daemon.json, put there each time: a crash may have come between making and starting. */
  async function start(machine: MachineId, config: string | undefined, signal: AbortSignal): Promise<void> {
    const path = `/containers/${machine}`;
    if (config !== undefined) {
      const body = tarOf({ 'etc/docker/daemon.json': config });
      await host.call(
        { method: 'PUT', path: `${path}/archive`, query: { path: '/' }, body, limitMs: LIMIT_MS },
        signal,
      );
    }
    await host.call({ method: 'POST', path: `${path}/start`, limitMs: LIMIT_MS }, signal);
  }

  /** 404 at creation: the image or the network. */
  async function missing(ref: ClusterRef, signal: AbortSignal): Answer {
    const image = await images.ensure(ref, signal);
    return image.ok ? fail({ kind: 'gone', what: `network ${networkName(ref.cluster)}` }) : image;
  }

  async function labelsOfContainer(machine: MachineId, signal: AbortSignal): Promise<Result<Labels, Problem>> {
    const path = `/containers/${machine}/json`;
    const found = await answer(machine, signal, () =>
      host.call<{ Config: { Labels: Labels | null } }>({ method: 'GET', path }, signal),
    );
    return found.ok ? ok(found.value.Config.Labels ?? {}) : found;
  }

  /** Docker gives a name away before it shows the container: whoever asks in between finds it taken and gone. */
  async function beingMade(cluster: ClusterName, machine: MachineId, signal: AbortSignal): Answer {
    for (let tries = 1; ; tries += 1) {
      const shown = await namesake(cluster, machine, signal);
      if (shown.ok) return ok(undefined);
      if (shown.problem.kind !== 'gone') return shown;
      if (tries === SHOWN_TRIES) return fail({ kind: 'conflict', what: machine });
      await clock.sleep(SHOWN_RETRY_MS, signal);
    }
  }

  /** Somebody has the name: ourselves a moment ago, or a stranger. */
  async function namesake(cluster: ClusterName, machine: MachineId, signal: AbortSignal) {
    const labels = await labelsOfContainer(machine, signal);
    if (!labels.ok || isOurs(labels.value, owner, cluster, 'machine')) return labels;
    return notOurs(`a container that is not ours has the name ${machine}`);
  }

  return {
    async resize(ref, { machines }, signal) {
      const plots = await answer(networkName(ref.cluster), signal, () => plot(ref, machines, signal));
      if (!plots.ok) return plots;
      if (plots.value === null) return notOurs(`a network that is not ours has the name ${networkName(ref.cluster)}`);
      const results = await mapLimit(plots.value, AT_ONCE, async ({ wish, address, settle }): Answer => {
        if (address === null)
          return fail({ kind: 'no-capacity', what: `no free address in ${networkName(ref.cluster)}` });
        return make(ref, wish, address, signal).finally(settle);
      });
      return results.find((result) => !result.ok) ?? ok(undefined);
    },

    async startMachine(ref, machine, signal) {
      const ours = await namesake(ref.cluster, machine, signal);
      if (!ours.ok) return ours;
      failpoint('start-machine:during');
      return answer(machine, signal, () => start(machine, ours.value[LABEL.config], signal), cannotRun);
    },

    async removeMachine(ref, machine, signal) {
      const ours = await namesake(ref.cluster, machine, signal);
      if (!ours.ok) return ours.problem.kind === 'gone' ? ok(undefined) : ours;
      forget(machine);
      const path = `/containers/${machine}`;
      const removed = await answer(machine, signal, () =>
        host.call<void>({ method: 'DELETE', path, query: { force: true, v: true }, limitMs: LIMIT_MS }, signal),
      );
      failpoint('remove-machine:during');
      if (!removed.ok && removed.problem.kind === 'gone') return ok(undefined);
      return removed;
    },
  };
}

/** Null: there is none left, or another machine has the one that it must have. */
function addressFor({ address }: MachineWish, subnet: string, taken: ReadonlySet<string>): string | null {
  if (address === undefined) return nextAddress(subnet, taken);
  return taken.has(address) ? null : address;
}

const notOurs = (detail: string): Result<never, Problem> => fail({ kind: 'refused', field: null, detail });

/** 400 and 500 at a start: the runtime's own words, e.g. a capability that this host refuses. */
function cannotRun(error: unknown): Problem | null {
  if (!isStatus(error, 400, 403, 500)) return null;
  return { kind: 'refused', field: 'spec.local', detail: oneLine((error as Error).message) };
}
