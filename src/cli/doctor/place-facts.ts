import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CliContext, Paths } from '../context.ts';

export interface PlaceFacts {
  /** What each says of its version; null: there is none on the PATH. */
  readonly dockerClient: string | null;
  readonly git: string | null;
  readonly directories: readonly DirectoryFacts[];
}

export interface DirectoryFacts {
  readonly role: 'specs' | 'status' | 'state';
  readonly path: string;
  readonly exists: boolean;
  /** Of one that is not there yet: whether it could be made. */
  readonly writable: boolean;
  /** Null: none whose name matters, or it cannot be told. */
  readonly filesystem: string | null;
}

/** Linux, include/uapi/linux/magic.h and fs/smb/client: those that lie elsewhere. */
const FILESYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'cifs'],
  [0x5346414f, 'afs'],
  [0x00c36400, 'ceph'],
  [0x01021997, '9p'],
  [0x65735546, 'fuse'],
]);

export async function readPlaceFacts(paths: Paths, context: CliContext): Promise<PlaceFacts> {
  const roles = ['specs', 'status', 'state'] as const;
  const [dockerClient, git, ...directories] = await Promise.all([
    versionOf('docker', context),
    versionOf('git', context),
    ...roles.map((role) => readDirectory(role, paths[role])),
  ]);
  return { dockerClient, git, directories };
}

async function readDirectory(role: 'specs' | 'status' | 'state', path: string): Promise<DirectoryFacts> {
  const there = await nearest(path);
  const [writable, system] = await Promise.all([
    access(there, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    ),
    statfs(there).catch(() => null),
  ]);
  // Node gives the type as a signed number on some machines.
  const filesystem = system === null ? null : (FILESYSTEMS.get(Number(system.type) >>> 0) ?? null);
  return { role, path, exists: there === path, writable, filesystem };
}

/** The path itself, or the first directory above it that is there. */
async function nearest(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    if (at === dirname(at) || (await stat(at).catch(() => null)) !== null) return at;
  }
}

function versionOf(program: string, { spawn, env }: CliContext): Promise<string | null> {
  const child = spawn(program, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...env }, timeout: 5_000 });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code === 0 ? (said.trim().split('\n')[0] ?? '') : null));
  });
}
