import type { Result } from '../../base/result.ts';
import type { EngineView, InfrastructureView, Machine } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { readEngineView } from '../swarm/engine-view.ts';
import { answer } from '../swarm/problems.ts';
import { carriersView } from './carriers-view.ts';
import type { Connections } from './connections.ts';
import type { Forwarder } from './forwarder.ts';
import type { Images } from './images.ts';
import { asMachineId, isOurs, LABEL, networkName } from './names.ts';
import type { Readiness } from './readiness.ts';
import { strangersOf } from './strangers.ts';
import {
  type ContainerRow,
  listContainers,
  listNamesakes,
  listNetworks,
  listOnNetwork,
  listVolumes,
  nameOf,
} from './world.ts';

/** A machine that has not answered by then is no longer called booting. An engine starts in 0.5–2 s. Our choice. */
const BOOTING_MS = 120_000;
/** For one machine's answer, with up to forty connections being opened before its own (3–4 s on two cores). */
const ENGINE_LIMIT_MS = 8_000;

export interface ObserveOptions {
  readonly host: Engine;
  readonly owner: string;
  readonly now: () => number;
  readonly images: Images;
  readonly forwarder: Forwarder;
  readonly connections: Connections;
  readonly readiness: Readiness;
}

type Observe = (ref: ClusterRef, signal: AbortSignal) => Promise<Result<InfrastructureView, Problem>>;

/** Two rounds: what the host's engine lists, then what each machine's own engine says, all side by side. */
export function createObserve(options: ObserveOptions): Observe {
  const { host, owner, now, images, forwarder, connections, readiness } = options;

  async function look(ref: ClusterRef, signal: AbortSignal): Promise<InfrastructureView> {
    const { cluster, spec } = ref;
    const label = { [LABEL.cluster]: cluster };
    const { image, preloadImages } = spec.spec.local;
    const [labelled, namesakes, neighbours, networks, volumes, resolved] = await Promise.all([
      listContainers(host, label, signal),
      listNamesakes(host, cluster, signal),
      listOnNetwork(host, networkName(cluster), signal),
      listNetworks(host, label, signal),
      listVolumes(host, label, signal),
      images.resolve([image, ...preloadImages], signal),
    ]);
    const own = labelled.filter((row) => isOurs(row.Labels, owner, cluster, 'machine') && row.State !== 'removing');
    connections.keepOnly(
      cluster,
      own.filter(isUp).map((row) => asMachineId(nameOf(row))),
    );
    const [machines, forwardTo] = await Promise.all([
      Promise.all(own.map((row) => machineOf(ref, row, signal))),
      forwarder.targets(ref, labelled, signal),
    ]);
    return {
      machines: machines.sort((a, b) => (a.id < b.id ? -1 : 1)),
      carriers: carriersView(ref, owner, { containers: labelled, networks, volumes, forwardTo, images: resolved }),
      strangers: strangersOf(ref, owner, {
        containers: [...labelled, ...namesakes, ...neighbours],
        networks,
        volumes,
      }),
    };
  }

  async function machineOf(ref: ClusterRef, row: ContainerRow, signal: AbortSignal): Promise<Machine> {
    const id = asMachineId(nameOf(row));
    const labels = row.Labels ?? {};
    const createdAt = Number(labels[LABEL.created]);
    const facts = {
      id,
      pool: labels[LABEL.pool] ?? '',
      zone: labels[LABEL.zone] ?? '',
      address: labels[LABEL.address] ?? null,
      hash: labels[LABEL.hash] ?? '',
      createdAt,
      neverStarted: row.State === 'created',
    };
    if (!isUp(row)) return { ...facts, state: 'stopped', engine: null, detail: row.Status || row.State };
    if (row.State === 'paused') return { ...facts, state: 'running', engine: null, detail: row.Status };
    const engine = await engineOf(ref, row, signal);
    const state = engine.ok || now() - createdAt > BOOTING_MS ? 'running' : 'booting';
    if (engine.ok) return { ...facts, state, engine: engine.value, detail: null };
    const detail = engine.problem.kind === 'unreachable' ? engine.problem.detail : row.Status;
    return { ...facts, state, engine: null, detail };
  }

  /** An engine that has just been started is not asked before it says that it listens: each try costs 0.1 s of a core. */
  async function engineOf(
    ref: ClusterRef,
    row: ContainerRow,
    signal: AbortSignal,
  ): Promise<Result<EngineView, Problem>> {
    const id = asMachineId(nameOf(row));
    const what = `${id}'s engine`;
    if (!connections.answered(id) && !readiness.isWorthAsking(ref.cluster, row)) {
      return { ok: false, problem: { kind: 'unreachable', what, detail: 'it is starting' } };
    }
    const engine = connections.to(ref.cluster, id);
    const view = await answer(what, signal, () =>
      readEngineView(engine, ref.spec.spec.local.preloadImages, ENGINE_LIMIT_MS, signal),
    );
    connections.note(id, view.ok);
    if (!view.ok) readiness.watch(ref.cluster, row);
    return view;
  }

  return async (ref, signal) => answer("the host's Docker engine", signal, () => look(ref, signal));
}

const isUp = (row: ContainerRow): boolean => ['running', 'paused', 'restarting'].includes(row.State);
