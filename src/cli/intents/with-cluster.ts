import type { ClusterName } from '../../model/ids.ts';
import type { InfrastructureView, Observed } from '../../model/observed.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { StatusFile } from '../../model/status.ts';
import type { ClusterRef, Provider } from '../../providers/provider.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput, Refusal } from '../exit.ts';
import { ownerOf } from '../files/owner.ts';
import { isAlive, readController, readStatus } from '../files/status-files.ts';
import { lookAt } from '../plan/look.ts';

/** A living cluster that somebody wants something of which its controller does only when it is asked. */
export interface Opened {
  readonly name: ClusterName;
  readonly paths: Paths;
  readonly status: StatusFile;
  readonly provider: Provider;
  readonly ref: ClusterRef;
  readonly seen: Seen;
  look(): Promise<Seen>;
}

/** A look at it, the parts without which nothing can be said being there. */
export interface Seen {
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: Observed['swarm'];
}

/** Opens the provider that its status names for as long as `use` takes. Only a running controller can do what is asked. */
export async function withCluster(
  name: string,
  paths: Paths,
  context: CliContext,
  use: (opened: Opened) => Promise<number>,
): Promise<number> {
  const status = await readStatus(paths.status, name);
  if (status === null)
    throw badInput(`no status of ${name} in ${paths.status}: is it declared, and did a controller run?`);
  const { provider: kind } = status.status;
  if (kind === null) throw new Refusal(`${name} is not there (${status.status.phase}).`);
  if (!isAlive(await readController(paths.status), context.clock.now())) {
    throw new Refusal('No controller is running here, and only it may change a cluster: start one (skep run).');
  }
  const provider = await context.provider(kind, await ownerOf(status, paths, context), paths);
  try {
    const cluster = name as ClusterName;
    const look = async (): Promise<Seen> => seenOf(name, await lookAt(cluster, null, provider, context));
    const seen = await whenAllAnswer(look, context);
    const ref = { cluster, spec: seen.record.spec };
    return await use({ name: cluster, paths, status, provider, ref, seen, look });
  } finally {
    await provider.close();
  }
}

/** A provider that was just built asks young machines only when they have said that they listen; some never answer. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 500;

async function whenAllAnswer(look: Opened['look'], { clock, signal }: CliContext): Promise<Seen> {
  const until = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    const silent = seen.infrastructure.machines.some((m) => m.engine === null && m.state !== 'stopped');
    if (!silent || clock.monotonic() >= until) return seen;
    await clock.sleep(RETRY_MS, signal);
  }
}

function seenOf(name: string, observed: Observed | null): Seen {
  if (observed === null) throw new Refusal(`${name} has no record: it is not there.`);
  const { record, infrastructure, swarm } = observed;
  if (!record.ok) throw new Refusal(describeProblem(record.problem));
  if (!infrastructure.ok) throw new Refusal(describeProblem(infrastructure.problem));
  if (record.value === null || record.value.deletion !== null)
    throw new Refusal(`${name} is deleted or being deleted.`);
  return { record: record.value, infrastructure: infrastructure.value, swarm };
}
