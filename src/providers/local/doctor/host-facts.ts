import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type HostFacts, KERNEL_MODULES, type KernelModule, type ModuleState } from '../../../model/host-facts.ts';
import { parseListening, parseRoutes } from './proc-net.ts';

export interface HostPlace {
  /** `/`; tests give a directory that looks like it. */
  readonly root: string;
  /** As `uname -r` says. */
  readonly release: string;
  /** The engine's data root. */
  readonly dataRoot: string;
}

/** What is read beside the engine, of the kernel that both run under. What cannot be read is null or unknown. */
export async function readHostFacts({ root, release, dataRoot }: HostPlace): Promise<HostFacts> {
  const text = (path: string): Promise<string | null> => readFile(join(root, path), 'utf8').catch(() => null);
  const number = async (path: string): Promise<number | null> => {
    const value = Number.parseInt((await text(path)) ?? '', 10);
    return Number.isNaN(value) ? null : value;
  };
  const [modules, watches, instances, disk, meminfo, route, tcp, tcp6] = await Promise.all([
    Promise.all(KERNEL_MODULES.map(async (name) => [name, await moduleState(name, release, text)] as const)),
    number('proc/sys/fs/inotify/max_user_watches'),
    number('proc/sys/fs/inotify/max_user_instances'),
    statfs(join(root, dataRoot)).catch(() => null),
    text('proc/meminfo'),
    text('proc/net/route'),
    text('proc/net/tcp'),
    text('proc/net/tcp6'),
  ]);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo ?? '')?.[1];
  return {
    modules: Object.fromEntries(modules) as Record<KernelModule, ModuleState>,
    inotify: watches === null || instances === null ? null : { watches, instances },
    disk: disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize },
    memoryAvailable: available === undefined ? null : Number(available) * 1_024,
    routes: parseRoutes(route ?? ''),
    listening: tcp === null ? null : [...parseListening(tcp), ...parseListening(tcp6 ?? '')],
  };
}

/** What is there where a module was loaded or is built in; `sys/module` has every loaded one, of the built-in ones some. */
const SIGNS: Readonly<Record<KernelModule, readonly [path: string, sign: RegExp]>> = {
  overlay: ['proc/filesystems', /^nodev\s+overlay$/m],
  vxlan: ['sys/module/vxlan/version', /./],
  ip_vs: ['proc/net/ip_vs', /^IP Virtual Server/],
};

async function moduleState(
  name: KernelModule,
  release: string,
  text: (path: string) => Promise<string | null>,
): Promise<ModuleState> {
  const shows = async (path: string, sign: RegExp): Promise<boolean> => sign.test((await text(path)) ?? '');
  // kmod takes - and _ for the same.
  const file = new RegExp(`/${name.replace('_', '[_-]')}\\.ko`, 'm');
  if (await shows(...SIGNS[name])) return 'present';
  if (await shows('proc/modules', new RegExp(`^${name} `, 'm'))) return 'present';
  if (await shows(`lib/modules/${release}/modules.builtin`, file)) return 'present';
  return (await shows(`lib/modules/${release}/modules.dep`, file)) ? 'loadable' : 'unknown';
}
