import type { Failpoint } from '../../base/failpoint.ts';
import type { Random } from '../../base/random.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Problem } from '../../model/problem.ts';
import { readRecord } from '../../model/read-record.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { FoundRecord, Records } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer, isStatus } from '../swarm/problems.ts';
import { isOurs, LABEL, labelsOf, recordName } from './names.ts';
import { listVolumes, type VolumeRow } from './world.ts';

/** What a removed record leaves for a moment, so that nobody else's write comes after the removal unseen. */
const REMOVED = '';

/** Revisions of one record that the engine holds, the newest first. More than one only after a crash within a swap. */
interface Stored {
  readonly volumes: readonly VolumeRow[];
  /** Null: there is no record, or what is there is the mark of its removal. */
  readonly newest: VolumeRow | null;
}

/**
 * The record as the label of an empty volume, one volume per revision. Labels cannot change, so a new revision is a new
 * volume; creating one that exists answers with the one that is there, so a nonce tells who made it. The highest
 * revision counts; what a crash left below it goes at the next swap.
 */
export function createRecords(host: Engine, owner: string, random: Random, failpoint: Failpoint): Records {
  const what = (cluster: ClusterName): string => `the record of ${cluster}`;

  async function stored(cluster: ClusterName, signal: AbortSignal): Promise<Stored & { strangers: number }> {
    const all = await listVolumes(host, { [LABEL.cluster]: cluster, [LABEL.kind]: 'record' }, signal);
    const ours = all.filter((row) => isOurs(row.Labels, owner, cluster, 'record'));
    const volumes = ours.sort((a, b) => revisionOf(b) - revisionOf(a));
    return { volumes, newest: volumes[0] ? unlessRemoved(volumes[0]) : null, strangers: all.length - ours.length };
  }

  async function removeVolumes(volumes: readonly VolumeRow[], signal: AbortSignal): Promise<void> {
    for (const { Name } of [...volumes].reverse()) {
      await host.call({ method: 'DELETE', path: `/volumes/${Name}` }, signal).catch((error: unknown) => {
        if (!isStatus(error, 404)) throw error;
      });
    }
  }

  /** True when the volume of that revision is ours and still the newest. */
  async function claim(cluster: ClusterName, revision: number, text: string, signal: AbortSignal): Promise<boolean> {
    const nonce = random.id(16);
    const Name = recordName(cluster, revision);
    const Labels = labelsOf(owner, cluster, 'record', { [LABEL.record]: text, [LABEL.nonce]: nonce });
    const made = await host.call<VolumeRow>(
      { method: 'POST', path: '/volumes/create', body: { Name, Labels } },
      signal,
    );
    return made.Labels?.[LABEL.nonce] === nonce;
  }

  type Swapped = 'done' | 'conflict' | 'stranger';

  async function swap(
    cluster: ClusterName,
    seen: number | null,
    next: ClusterRecord | null,
    signal: AbortSignal,
  ): Promise<Swapped> {
    const revision = (seen ?? 0) + 1;
    if (next && next.revision !== revision) throw new Error(`revision ${next.revision} does not follow ${seen}`);
    const before = await stored(cluster, signal);
    if (before.strangers > 0) return 'stranger';
    if ((before.newest ? revisionOf(before.newest) : null) !== seen) return 'conflict';
    if (seen === null && next === null) return 'done';
    if (seen === null) await removeVolumes(before.volumes, signal); // a removal that was cut short
    if (!(await claim(cluster, revision, next ? JSON.stringify(next) : REMOVED, signal))) return 'conflict';
    failpoint(next ? 'write-record:during' : 'forget-record:during');
    const after = await stored(cluster, signal);
    const mine = after.volumes.filter((row) => revisionOf(row) === revision);
    const older = after.volumes.filter((row) => revisionOf(row) < revision);
    if (after.volumes.length > mine.length + older.length) {
      await removeVolumes(mine, signal); // we were late: others wrote and tidied up what we saw
      return 'conflict';
    }
    await removeVolumes(next ? older : [...mine, ...older], signal);
    return 'done';
  }

  return {
    async list(signal) {
      const labels = { [LABEL.owner]: owner, [LABEL.kind]: 'record' };
      return answer('the records', signal, async () => newestOfEach(await listVolumes(host, labels, signal)));
    },
    async read(cluster, signal) {
      const found = await answer(what(cluster), signal, () => stored(cluster, signal));
      if (!found.ok) return found;
      return found.value.newest === null ? ok(null) : recordOf(cluster, found.value.newest);
    },
    async swap(cluster, seen, next, signal): Promise<Result<void, Problem>> {
      const done = await answer(what(cluster), signal, () => swap(cluster, seen, next, signal));
      if (!done.ok) return done;
      if (done.value === 'done') return ok(undefined);
      if (done.value === 'conflict') return fail({ kind: 'conflict', what: what(cluster) });
      const detail = `another owner keeps a cluster called ${cluster} on this Docker engine`;
      return fail({ kind: 'refused', field: 'metadata.name', detail });
    },
  };
}

const revisionOf = ({ Name }: VolumeRow): number => Number(/-record-(\d+)$/.exec(Name)?.[1] ?? 0);

const textOf = ({ Labels }: VolumeRow): string => Labels?.[LABEL.record] ?? REMOVED;
const unlessRemoved = (row: VolumeRow): VolumeRow | null => (textOf(row) === REMOVED ? null : row);
const recordOf = (cluster: ClusterName, row: VolumeRow) => readRecord(cluster, textOf(row));

/** The newest revision of every cluster's record; removed ones are left out. */
function newestOfEach(volumes: readonly VolumeRow[]): readonly FoundRecord[] {
  const newest = new Map<ClusterName, VolumeRow>();
  for (const row of volumes) {
    const cluster = (row.Labels?.[LABEL.cluster] ?? '') as ClusterName;
    const known = newest.get(cluster);
    if (!known || revisionOf(row) > revisionOf(known)) newest.set(cluster, row);
  }
  return [...newest].flatMap(([cluster, row]) =>
    unlessRemoved(row) ? [{ cluster, record: recordOf(cluster, row) }] : [],
  );
}
