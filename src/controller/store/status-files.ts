import { join } from 'node:path';
import { mapLimit } from '../../base/concurrency.ts';
import type { ControllerFile, IndexFile, SourceFile } from '../../model/fleet-status.ts';
import type { ClusterName } from '../../model/ids.ts';
import { isSameJson } from '../../model/same-json.ts';
import type { StatusFile } from '../../model/status.ts';
import { type Disk, realDisk } from './disk.ts';

/** A deleted cluster's file stays so long (spec.md 3). */
export const TOMBSTONE_MS = 24 * 3_600_000;

/** `index` would be the fleet's own file. Names that begin with `_` are no DNS labels. */
const RESERVED = 'index';
const AT_ONCE = 16;
const FILE_NAME = /^([a-z0-9][a-z0-9-]*)\.json$/;

/** Where statuses go. The controller is the only writer; faces only read the files. */
export interface StatusStore {
  /** Makes the directory and removes what a killed writer left. Once, by the holder of the lease, under its term. */
  prepare(term: number): Promise<void>;
  /** Null: there is none, or it cannot be read. */
  read(cluster: ClusterName): Promise<StatusFile | null>;
  /**
   * False: nothing was written, since it differs from the file at most in `nextLookAt` and `observation.now`.
   * `before`: what the file said at the beginning of this pass; left out: it is read.
   */
  write(cluster: ClusterName, status: StatusFile, before?: StatusFile | null): Promise<boolean>;
  /** Calls back after each status that was written, and with null after one that was removed, until the returned call. */
  onChange(listener: (cluster: ClusterName, status: StatusFile | null) => void): () => void;
  /** All that can be read, in order of name. */
  list(): Promise<readonly StatusFile[]>;
  /** Removes files of clusters that were deleted more than `TOMBSTONE_MS` before `now`. Gives their names. */
  removeTombstones(now: number): Promise<readonly ClusterName[]>;
  writeIndex(file: IndexFile): Promise<boolean>;
  writeSource(file: SourceFile): Promise<boolean>;
  writeController(file: ControllerFile): Promise<boolean>;
  /** Of those under which what is here was written; 0: nothing is. */
  highestTerm(): Promise<number>;
}

export function createStatusFiles(directory: string, disk: Disk = realDisk): StatusStore {
  const pathOf = (name: string): string => join(directory, `${name}.json`);

  const listeners = new Set<Parameters<StatusStore['onChange']>[0]>();
  function tell(cluster: ClusterName, status: StatusFile | null): void {
    for (const listener of listeners) listener(cluster, status);
  }

  function statusPath(cluster: ClusterName): string {
    if (cluster === RESERVED || !FILE_NAME.test(`${cluster}.json`)) throw new Error(`no status file for ${cluster}`);
    return pathOf(cluster);
  }

  /** Names of files that say Deleted; null: nobody looked yet. */
  let tombstones: Set<ClusterName> | null = null;

  async function replace(path: string, value: unknown): Promise<boolean> {
    if (isSameJson(await readJson(disk, path), value)) return false;
    await put(path, value);
    return true;
  }

  async function put(path: string, value: unknown): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`;
    try {
      await disk.write(path, text);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await disk.mkdir(directory);
      await disk.write(path, text);
    }
  }

  const read = (cluster: ClusterName): Promise<StatusFile | null> => readStatus(disk, statusPath(cluster));

  async function list(): Promise<readonly StatusFile[]> {
    const names = (await disk.readdir(directory).catch(() => [])).filter(
      (n) => FILE_NAME.test(n) && n !== `${RESERVED}.json`,
    );
    const found = await mapLimit(names.sort(), AT_ONCE, (name) => readStatus(disk, join(directory, name)));
    return found.filter((status) => status !== null);
  }

  return {
    async prepare() {
      tombstones = null;
      await disk.mkdir(directory);
      await disk.tidy(directory);
    },
    read,
    async write(cluster, status, before) {
      const path = statusPath(cluster);
      const last = before === undefined ? await read(cluster) : before;
      if (last !== null && isSameJson(withoutLooks(last), withoutLooks(status))) return false;
      await put(path, status);
      if (status.status.phase === 'Deleted') tombstones?.add(cluster);
      tell(cluster, status);
      return true;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    list,
    async removeTombstones(now) {
      const files = tombstones === null ? await list() : await mapLimit([...tombstones], AT_ONCE, read);
      const deleted = files.filter((file) => file?.status.phase === 'Deleted') as StatusFile[];
      const nameOf = ({ metadata }: StatusFile) => metadata.name as ClusterName;
      tombstones = new Set(deleted.map(nameOf));
      const old = deleted.filter((file) => (deletedAt(file) ?? now) < now - TOMBSTONE_MS).map(nameOf);
      for (const name of old) {
        await disk.remove(statusPath(name));
        tombstones.delete(name);
        tell(name, null);
      }
      return old;
    },
    writeIndex: (file) => replace(pathOf(RESERVED), file),
    writeSource: (file) => replace(pathOf('_source'), file),
    writeController: (file) => replace(pathOf('_controller'), file),
    async highestTerm() {
      const beat = (await readJson(disk, pathOf('_controller'))) as ControllerFile | null;
      return Math.max(beat?.term ?? 0, ...(await list()).map(({ status }) => status.controller?.term ?? 0));
    },
  };
}

/** When a cluster was gone, ms since the epoch; null: it is not. */
function deletedAt({ metadata, status }: StatusFile): number | null {
  if (status.phase !== 'Deleted') return null;
  const times = [metadata.deletionTimestamp, ...status.conditions.map((condition) => condition.lastTransitionTime)];
  const known = times.map((time) => Date.parse(time ?? '')).filter(Number.isFinite);
  return known.length > 0 ? Math.max(...known) : null;
}

/** When it was looked and will be looked is no news by itself. */
function withoutLooks({ status, ...rest }: StatusFile): object {
  const observation = status.observation && { ...status.observation, now: null };
  return { ...rest, status: { ...status, nextLookAt: null, observation } };
}

async function readJson(disk: Disk, path: string): Promise<unknown> {
  try {
    return JSON.parse(await disk.readText(path));
  } catch {
    return null;
  }
}

/** Checked only so far that readers may rely on its frame: a file of an older skep is replaced at the next pass. */
async function readStatus(disk: Disk, path: string): Promise<StatusFile | null> {
  const value = (await readJson(disk, path)) as StatusFile | null;
  const isStatus =
    value?.kind === 'ClusterStatus' && typeof value.metadata?.name === 'string' && Boolean(value.status?.phase);
  return isStatus ? value : null;
}
