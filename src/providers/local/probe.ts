import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/events.ts';
import type { Random } from '../../base/random.ts';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { MachineId } from '../../model/ids.ts';
import type { Engine } from '../swarm/engine.ts';
import { withLimit } from '../swarm/limit.ts';
import { isStatus } from '../swarm/problems.ts';
import { createHostEngine } from './host.ts';
import { machineOptions } from './machine-options.ts';
import { segment } from './names.ts';
import { readProgress } from './progress.ts';

type LocalSpec = ClusterSpec['spec']['local'];

export type Probe =
  | { readonly able: true; readonly engine: string; readonly imageOrigin: string; readonly local: Partial<LocalSpec> }
  | { readonly able: false; readonly reason: string };

export interface ProbeOptions {
  readonly dockerHost: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Defaults of `spec.local`. */
  readonly local: LocalSpec;
  /** Told before something that takes long, e.g. a download. */
  readonly onProgress: (text: string) => void;
}

/**
 * Ways to run a node, the usual one first. The second is for engines that refuse `privileged`: the least with which
 * engines 20.10 to 28.5 run swarms with tasks and overlay networks (measured).
 */
const WAYS: readonly Partial<LocalSpec>[] = [
  {},
  {
    privileged: false,
    capAdd: ['SYS_ADMIN', 'NET_ADMIN'],
    securityOpt: ['seccomp=unconfined', 'systempaths=unconfined'],
    binds: ['/sys/fs/cgroup:/sys/fs/cgroup:rw'],
  },
];
const PING_LIMIT_MS = 3_000;
const PULL_LIMIT_MS = 10 * 60_000;
/** A node's engine answers after 0.6–2 s (measured); a minute is patience. */
const NODE_LIMIT_MS = 60_000;

/** Whether the Docker engine here can run a node: by running one, not by guessing. Leaves nothing behind. */
export async function probeLocal(options: ProbeOptions, signal: AbortSignal): Promise<Probe> {
  const { clock, local, onProgress } = options;
  let host: Engine;
  try {
    host = createHostEngine(options.dockerHost, clock);
  } catch (error) {
    return { able: false, reason: describeError(error) };
  }
  try {
    const version = await versionOf(host, signal);
    const image = await haveImage(host, options, signal);
    if (image.problem) return { able: false, reason: image.problem };
    const reasons: string[] = [];
    for (const way of WAYS) {
      onProgress(`trying whether a node runs here${way.privileged === false ? ' without privileged' : ''} …`);
      const trouble = await tryNode(host, { ...local, ...way }, options, signal);
      if (trouble === null) return { able: true, engine: version, imageOrigin: image.origin, local: way };
      reasons.push(trouble);
    }
    return {
      able: false,
      reason: `the Docker engine here (${version}) cannot run a node: ${reasons.join('; without privileged: ')}`,
    };
  } catch (error) {
    if (error instanceof NoEngine) return { able: false, reason: error.message };
    throw error;
  } finally {
    host.close();
  }
}

async function versionOf(host: Engine, signal: AbortSignal): Promise<string> {
  const call = { method: 'GET', path: '/version', limitMs: PING_LIMIT_MS } as const;
  try {
    return (await host.call<{ Version: string }>(call, signal)).Version;
  } catch (error) {
    throw new NoEngine(`no Docker engine answers (${describeError(error)})`);
  }
}

class NoEngine extends Error {}

async function haveImage(
  host: Engine,
  { local, clock, onProgress }: ProbeOptions,
  signal: AbortSignal,
): Promise<{ origin: string; problem: string | null }> {
  try {
    const { Size } = await host.call<{ Size: number }>(
      { method: 'GET', path: `/images/${segment(local.image)}/json` },
      signal,
    );
    return { origin: `${local.image}, already on this engine (${Math.round(Size / 1e6)} MB)`, problem: null };
  } catch (error) {
    if (!isStatus(error, 404)) return { origin: '', problem: describeError(error) };
  }
  onProgress(`pulling ${local.image} (about 150 MB to download, once) …`);
  try {
    await withLimit(clock, PULL_LIMIT_MS, signal, async (inner) =>
      readProgress(
        await host.stream(
          { method: 'POST', path: '/images/create', query: { fromImage: local.image }, limitMs: 120_000 },
          inner,
        ),
      ),
    );
    return { origin: `${local.image}, just pulled to this engine`, problem: null };
  } catch (error) {
    return {
      origin: '',
      problem: `${local.image} is not on the Docker engine here and could not be pulled (${describeError(error)})`,
    };
  }
}

/** Null: an engine came up in it and answered. Else why not. */
async function tryNode(
  host: Engine,
  local: LocalSpec,
  { clock, random }: ProbeOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const name = `skep-probe-${random.id(6)}`;
  const wish = { id: name as MachineId, pool: 'probe', zone: 'a', hash: 'v1:probe' };
  const facts = { owner: 'probe', cluster: name as never, wish, address: '', createdAt: clock.now() };
  const body = await machineOptions(facts, local);
  const { NetworkingConfig: _, ...rest } = body;
  const container = { ...rest, HostConfig: { ...(body.HostConfig as object), NetworkMode: 'none', AutoRemove: false } };
  try {
    await host.call(
      { method: 'POST', path: '/containers/create', query: { name }, body: container, limitMs: 30_000 },
      signal,
    );
    await host.call({ method: 'POST', path: `/containers/${name}/start`, limitMs: 30_000 }, signal);
    return await waitForEngine(host, name, clock, signal);
  } catch (error) {
    return describeError(error);
  } finally {
    await host
      .call(
        { method: 'DELETE', path: `/containers/${name}`, query: { force: true, v: true }, limitMs: 30_000 },
        AbortSignal.timeout(30_000),
      )
      .catch(() => {});
  }
}

async function waitForEngine(host: Engine, name: string, clock: Clock, signal: AbortSignal): Promise<string | null> {
  const end = clock.monotonic() + NODE_LIMIT_MS;
  while (clock.monotonic() < end) {
    const { State } = await host.call<{ State: { Running: boolean; ExitCode: number } }>(
      { method: 'GET', path: `/containers/${name}/json` },
      signal,
    );
    const log = await logOf(host, name, signal);
    if (log.includes('API listen on')) return null;
    if (!State.Running)
      return `its engine ended with code ${State.ExitCode}: ${log.trim().split('\n').at(-1)?.slice(-200) ?? ''}`;
    await clock.sleep(200, signal);
  }
  return `its engine did not answer within ${NODE_LIMIT_MS / 1_000} s`;
}

async function logOf(host: Engine, name: string, signal: AbortSignal): Promise<string> {
  const stream = await host.stream(
    { method: 'GET', path: `/containers/${name}/logs`, query: { stdout: true, stderr: true, tail: 50 } },
    signal,
  );
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
