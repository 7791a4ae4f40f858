import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { createFrameSplitter } from '../swarm/exec-stream.ts';
import { answer, isPortTaken, isStatus, oneLine } from '../swarm/problems.ts';
import { forwarderAddress } from './addresses.ts';
import { FORWARDER_SCRIPT, forwarderLabel, natRules, parseTargets, published } from './forwarder-rules.ts';
import { forwarderName, isOurs, LABEL, labelsOf, networkName } from './names.ts';
import { tarOf } from './tar.ts';
import { type ContainerRow, listContainers } from './world.ts';

/** Starting a container takes 0.3–1 s; the rest is patience with a busy machine. */
const LIMIT_MS = 30_000;

export interface Forwarder {
  /** Makes it, mends it, or removes it, and sends new connections to `targets`. Those that are there live on. */
  ensure(
    ref: ClusterRef,
    subnet: string,
    targets: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<void, Problem>>;
  /** Where it sends connections now, in its own words; null when there is none that forwards. */
  targets(ref: ClusterRef, rows: readonly ContainerRow[], signal: AbortSignal): Promise<readonly string[] | null>;
}

export function createForwarder(host: Engine, owner: string): Forwarder {
  function options({ cluster, spec }: ClusterRef, subnet: string): Readonly<Record<string, unknown>> {
    const { image, publish } = spec.spec.local;
    const ports = published(publish);
    const network = networkName(cluster);
    return {
      Image: image,
      Entrypoint: ['sh', '-c', FORWARDER_SCRIPT],
      Cmd: [],
      Labels: labelsOf(owner, cluster, 'forwarder', { [LABEL.forwards]: forwarderLabel(publish) }),
      ExposedPorts: Object.fromEntries(ports.map(({ port }) => [`${port}/tcp`, {}])),
      HostConfig: {
        CapAdd: ['NET_ADMIN'],
        Sysctls: { 'net.ipv4.ip_forward': '1' },
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
        NetworkMode: network,
        PortBindings: Object.fromEntries(
          ports.map(({ ip, hostPort, port }) => [`${port}/tcp`, [{ HostIp: ip, HostPort: String(hostPort) }]]),
        ),
      },
      NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: forwarderAddress(subnet) } } } },
    };
  }

  async function bringUp(
    ref: ClusterRef,
    subnet: string,
    targets: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { publish } = ref.spec.spec.local;
    const name = forwarderName(ref.cluster);
    const path = `/containers/${name}`;
    const call = (method: 'POST' | 'DELETE' | 'PUT', rest: string, more: object = {}): Promise<void> =>
      host.call({ method, path: `${path}${rest}`, limitMs: LIMIT_MS, ...more }, signal);
    let found = await existing(ref, signal);
    if (found && (publish.length === 0 || found.Labels?.[LABEL.forwards] !== forwarderLabel(publish))) {
      await call('DELETE', '', { query: { force: true, v: true } });
      found = undefined;
    }
    if (publish.length === 0) return;
    if (!found) {
      const body = options(ref, subnet);
      await host.call({ method: 'POST', path: '/containers/create', query: { name }, body, limitMs: LIMIT_MS }, signal);
    }
    const ports = published(publish);
    const files = {
      'skep/balanced': natRules(ports, targets, true),
      'skep/first': natRules(ports, targets, false),
      'skep/targets': targets.join(' '),
    };
    await call('PUT', '/archive', { query: { path: '/' }, body: tarOf(files) });
    if (found?.State === 'running') await call('POST', '/kill', { query: { signal: 'HUP' } });
    else await call('POST', '/start');
  }

  async function existing({ cluster }: ClusterRef, signal: AbortSignal): Promise<ContainerRow | undefined> {
    return (await listContainers(host, labelsOf(owner, cluster, 'forwarder'), signal))[0];
  }

  return {
    ensure(ref, subnet, targets, signal) {
      const run = (): Promise<void> => bringUp(ref, subnet, targets, signal);
      return answer(forwarderName(ref.cluster), signal, run, (error) => {
        if (isPortTaken(error)) return refused('spec.local.publish', error);
        if (isStatus(error, 400, 500)) return refused('spec.local', error);
        if (isStatus(error, 409))
          return refused(null, new Error(`a container that is not ours has the name ${forwarderName(ref.cluster)}`));
        return null;
      });
    },

    async targets({ cluster }, rows, signal) {
      const row = rows.find(({ Labels }) => isOurs(Labels, owner, cluster, 'forwarder'));
      if (row?.State !== 'running') return null;
      const query = { stdout: true, tail: 1 };
      const said = await answer(forwarderName(cluster), signal, () =>
        host.call<Buffer | string>({ method: 'GET', path: `/containers/${row.Id}/logs`, query }, signal),
      );
      return said.ok && Buffer.isBuffer(said.value) ? parseTargets(unframed(said.value)) : null;
    },
  };
}

const refused = (field: string | null, error: unknown): Problem => ({
  kind: 'refused',
  field,
  detail: oneLine((error as Error).message),
});

function unframed(bytes: Buffer): string {
  let text = '';
  createFrameSplitter((_, payload) => {
    text += payload.toString('utf8');
  })(bytes);
  return text;
}
