import { describeError } from '../../../base/events.ts';
import type { Random } from '../../../base/random.ts';
import type { ClusterSpec } from '../../../model/cluster-spec/schema.ts';
import type { NodeTrial } from '../../../model/host-facts.ts';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import type { Engine } from '../../swarm/engine.ts';
import { machineOptions } from '../machine-options.ts';
import { LABEL, labelFilter } from '../names.ts';
import { haveImage, type ImageNeeds } from './node-image.ts';

type LocalSpec = ClusterSpec['spec']['local'];

export interface TrialNeeds extends ImageNeeds {
  readonly random: Random;
}

/**
 * Ways to run a node: as asked, then with the least with which engines that refuse `privileged` run swarms with tasks and
 * overlay networks (measured on 20.10 to 28.5).
 */
const LEAST: Partial<LocalSpec> = {
  privileged: false,
  capAdd: ['SYS_ADMIN', 'NET_ADMIN'],
  securityOpt: ['seccomp=unconfined', 'systempaths=unconfined'],
  binds: ['/sys/fs/cgroup:/sys/fs/cgroup:rw'],
};
/** A node's engine answers after 0.6–2 s (measured); a minute is patience. */
const NODE_LIMIT_MS = 60_000;
const CALL_LIMIT_MS = 30_000;
/** No trial lasts so long: what is older was left by one that was killed. */
const LEFT_AFTER_MS = 10 * 60_000;
/** The owner on the trial's container. An owner of clusters is longer or chosen; it has no cluster here in any case. */
const OWNER = 'probe';

/** Whether the Docker engine here can run a node: by running one, not by guessing. Leaves nothing behind. */
export async function tryNode(
  needs: TrialNeeds,
  local: LocalSpec,
  pull: boolean,
  signal: AbortSignal,
): Promise<NodeTrial> {
  const image = await haveImage(needs, local.image, pull, signal);
  if ('why' in image) return { kind: 'no-image', why: image.why };
  await removeLeft(needs, signal).catch(() => signal.throwIfAborted()); // the next trial tries again
  const reasons: string[] = [];
  for (const further of local.privileged ? [{}, LEAST] : [{}]) {
    const how = Object.keys(further).length > 0 ? ' without privileged' : '';
    needs.onProgress(`trying whether a node runs here${how} …`);
    const why = await runOne(needs, { ...local, ...further }, signal);
    if (why === null) return { kind: 'runs', imageOrigin: image.origin, further };
    reasons.push(why);
  }
  return { kind: 'fails', why: reasons.join('; without privileged: ') };
}

/** Null: an engine came up in it and answered. Else why not. */
async function runOne(needs: TrialNeeds, local: LocalSpec, signal: AbortSignal): Promise<string | null> {
  const { host, clock, random } = needs;
  const name = `skep-probe-${random.id(6)}`;
  const call = (method: 'POST' | 'DELETE', path: string, more: object, stop: AbortSignal): Promise<unknown> =>
    host.call({ method, path, limitMs: CALL_LIMIT_MS, ...more }, stop);
  try {
    const body = await containerFor(name, local, clock.now());
    await call('POST', '/containers/create', { query: { name }, body }, signal);
    await call('POST', `/containers/${name}/start`, {}, signal);
    return await waitForEngine(needs, name, signal);
  } catch (error) {
    signal.throwIfAborted();
    return describeError(error);
  } finally {
    // Also when interrupted, so under a signal of its own.
    await remove(host, name).catch(() => {}); // the next trial removes it
  }
}

/** A node as skep makes it, but for the network. */
async function containerFor(name: string, local: LocalSpec, createdAt: number): Promise<Record<string, unknown>> {
  const wish = { id: name as MachineId, pool: 'probe', zone: 'a', hash: 'v1:probe' };
  const facts = { owner: OWNER, cluster: name as ClusterName, wish, address: '', createdAt };
  const { NetworkingConfig: _, ...rest } = await machineOptions(facts, local);
  return { ...rest, HostConfig: { ...(rest.HostConfig as object), NetworkMode: 'none' } };
}

const remove = (host: Engine, container: string): Promise<unknown> =>
  host.call(
    {
      method: 'DELETE',
      path: `/containers/${container}`,
      query: { force: true, v: true },
      limitMs: CALL_LIMIT_MS,
    },
    AbortSignal.timeout(CALL_LIMIT_MS),
  );

async function removeLeft({ host, clock }: TrialNeeds, signal: AbortSignal): Promise<void> {
  const query = { all: true, filters: labelFilter({ [LABEL.owner]: OWNER, [LABEL.pool]: 'probe' }) };
  const rows = await host.call<readonly { Id: string; Names: readonly string[]; Labels: Record<string, string> }[]>(
    { method: 'GET', path: '/containers/json', query },
    signal,
  );
  const left = rows.filter(
    ({ Names, Labels }) =>
      Names[0]?.startsWith('/skep-probe-') && clock.now() - Number(Labels[LABEL.created]) > LEFT_AFTER_MS,
  );
  for (const { Id } of left) await remove(host, Id).catch(() => {}); // somebody else's trial may be at it too
}

async function waitForEngine({ host, clock }: TrialNeeds, name: string, signal: AbortSignal): Promise<string | null> {
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
