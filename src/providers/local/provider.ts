import type { Clock } from '../../base/clock.ts';
import type { Failpoint } from '../../base/failpoint.ts';
import type { Random } from '../../base/random.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Infrastructure, Provider } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { createSwarm } from '../swarm/swarm.ts';
import { createConnections } from './connections.ts';
import { createDestroy } from './destroy.ts';
import { createDial } from './dial.ts';
import { createForwarder } from './forwarder.ts';
import { createHints } from './hints.ts';
import { createHostEngine } from './host.ts';
import { createHostRoom } from './host-room.ts';
import { createImages } from './images.ts';
import { createMachines } from './machines.ts';
import { dialManager } from './manager-dial.ts';
import { LABEL, type Labels } from './names.ts';
import { ensureNetwork } from './network.ts';
import { createObserve } from './observe.ts';
import { createReadiness } from './readiness.ts';
import { reconnect } from './reconnect.ts';
import { createRecords } from './record.ts';
import { createSwarmStates } from './swarm-state.ts';
import { observeUnrecorded } from './unrecorded.ts';

export interface LocalProviderOptions {
  readonly owner: string;
  /** As the variable DOCKER_HOST; undefined: Docker's default socket. Only `unix://`. */
  readonly dockerHost: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
}

/** Clusters on the Docker engine of this host: each node a container with an engine of its own. */
export function createLocalProvider({ owner, dockerHost, clock, random, failpoint }: LocalProviderOptions): Provider {
  const closing = new AbortController();
  const closed = closing.signal;
  const host = createHostEngine(dockerHost, clock);
  const dial = createDial(host, clock);
  const connections = createConnections(dial, clock);
  const hints = createHints(host, owner, clock);
  const images = createImages({ host, clock, closed, onPulled: hints.give, failpoint });
  const forwarder = createForwarder(host, owner);
  const readiness = createReadiness({ host, clock, connections, closed, onReady: hints.give });
  const records = createRecords(host, owner, random, failpoint);
  const making = { host, owner, clock, images, failpoint, forget: connections.forget };

  const infrastructure: Infrastructure = {
    observe: createObserve({ host, owner, now: clock.now, images, forwarder, connections, readiness }),
    async ensure(ref, { forwardTo }, signal) {
      const image = await images.ensure(ref, signal);
      if (!image.ok) return image;
      const subnet = await ensureNetwork(host, owner, ref, signal);
      if (!subnet.ok) return subnet;
      const reconnected = await reconnect(host, owner, ref, signal);
      if (!reconnected.ok) return reconnected;
      failpoint('ensure-carriers:during');
      return forwarder.ensure(ref, subnet.value, forwardTo, signal);
    },
    ...createMachines(making),
    ...createSwarmStates(making),
    loadImage: ({ cluster }, machine, image, signal) =>
      images.load(machine, connections.to(cluster, machine), image, signal),
    destroy: createDestroy(host, owner, clock, failpoint),
    hints: hints.subscribe,
  };

  return {
    kind: 'local',
    simulated: false,
    infrastructure,
    swarm: createSwarm({
      engineOf: connections.to,
      addressOf: (_: ClusterName, machine, signal) => addressOf(host, machine, signal),
      clock,
      failpoint,
    }),
    records,
    strangers: (signal) => observeUnrecorded(host, owner, records, signal),
    hostRoom: createHostRoom(host, clock),
    dial: (cluster, signal) => dialManager({ host, owner, connections, dial }, cluster, signal),
    async close() {
      closing.abort(new Error('closed'));
      connections.close();
      host.close();
    },
  };
}

async function addressOf(host: Engine, machine: MachineId, signal: AbortSignal): Promise<string> {
  const path = `/containers/${machine}/json`;
  const { Config } = await host.call<{ Config: { Labels: Labels } }>({ method: 'GET', path }, signal);
  return Config.Labels[LABEL.address] ?? '';
}
