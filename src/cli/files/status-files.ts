import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mapLimit } from '../../base/concurrency.ts';
import type { ControllerFile, SourceFile } from '../../model/fleet-status.ts';
import type { StatusFile } from '../../model/status.ts';

/** What the status directory says. Read as it stands: no controller is needed. */
export interface Fleet {
  /** By name. */
  readonly clusters: readonly StatusFile[];
  readonly source: SourceFile | null;
  readonly controller: ControllerFile | null;
  /** Files that should be a status and are not, as `path: why`. */
  readonly unreadable: readonly string[];
}

/** A beat older than this means that the controller is gone: three of its beats. */
const ALIVE_MS = 15_000;

export function isAlive(controller: ControllerFile | null, now: number): boolean {
  return controller !== null && controller.role !== 'stopped' && now - Date.parse(controller.beatAt) < ALIVE_MS;
}

export async function readFleet(statusDir: string): Promise<Fleet> {
  const names = (await namesIn(statusDir))
    .filter((name) => /^[^._].*\.json$/.test(name) && name !== 'index.json')
    .sort();
  const looks = await mapLimit(names, 16, (name) => readJson(join(statusDir, name)));
  const clusters: StatusFile[] = [];
  const unreadable: string[] = [];
  for (const [i, look] of looks.entries()) {
    if (look !== null && isStatusFile(look.value)) clusters.push(look.value);
    else if (look !== null) unreadable.push(`${names[i]}: ${look.why ?? 'no status file of skep/v1alpha1'}`);
  }
  const [source, controller] = await Promise.all([
    readKind<SourceFile>(statusDir, '_source.json', 'SourceStatus'),
    readController(statusDir),
  ]);
  return { clusters, source, controller, unreadable };
}

export async function readController(statusDir: string): Promise<ControllerFile | null> {
  return readKind<ControllerFile>(statusDir, '_controller.json', 'ControllerStatus');
}

/** Null: there is none. */
export async function readStatus(statusDir: string, name: string): Promise<StatusFile | null> {
  const look = await readJson(join(statusDir, `${name}.json`));
  return look !== null && isStatusFile(look.value) ? look.value : null;
}

/** Any file that holds a status, e.g. one saved from another machine. */
export async function readStatusFile(path: string): Promise<StatusFile | { readonly why: string }> {
  const look = await readJson(path);
  if (look === null) return { why: 'there is no such file' };
  return isStatusFile(look.value) ? look.value : { why: look.why ?? 'no status file of skep/v1alpha1' };
}

async function readKind<T>(dir: string, name: string, kind: string): Promise<T | null> {
  const value = (await readJson(join(dir, name)))?.value;
  return isObject(value) && value.kind === kind ? (value as T) : null;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch {
    return [];
  }
}

async function readJson(path: string): Promise<{ readonly value: unknown; readonly why: string | null } | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' ? null : { value: null, why: code ?? String(error) };
  }
  try {
    return { value: JSON.parse(text), why: null };
  } catch {
    return { value: null, why: 'no JSON' };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists that every face walks through. Checked by hand: a newer skep's further fields must not hide the rest. */
const LISTS = ['conditions', 'holds', 'warnings', 'complaints', 'pools', 'nodes', 'endpoints', 'drift', 'strangers'];
const MORE_LISTS = ['servicesBelowStrength', 'pendingTasks', 'history'];

function isStatusFile(value: unknown): value is StatusFile {
  if (!isObject(value) || value.kind !== 'ClusterStatus' || value.apiVersion !== 'skep/v1alpha1') return false;
  const { metadata, status } = value;
  if (!isObject(metadata) || typeof metadata.name !== 'string' || !isObject(status)) return false;
  if (typeof status.phase !== 'string' || typeof status.because !== 'string') return false;
  return [...LISTS, ...MORE_LISTS].every((list) => Array.isArray(status[list]));
}
