import type { Finding } from '../../model/finding.ts';
import { type EngineFacts, type HostFacts, KERNEL_MODULES, type KernelModule } from '../../model/host-facts.ts';
import { inotifyInstancesFor, isInotifyShort } from '../../model/host-limits.ts';
import { ok, trouble, type Wanted, warning } from './wanted.ts';

const MB = 1_000_000;
const GB = 1_000 * MB;
/** Measured: 1.6–2.3 GB for 40 idle nodes. */
const NODE_MEMORY = 60 * MB;
/** Our choice: a node's own image layers and tasks' logs begin here. */
const NODE_DISK = 0.5 * GB;
/** Under this Docker itself begins to fail. Our choice. */
const LEAST_DISK = 1 * GB;

/** The kernel and what is left of the host, for so many nodes. */
export function judgeHost(facts: EngineFacts, wanted: readonly Wanted[]): readonly Finding[] {
  const nodes = wanted.reduce((sum, one) => sum + one.nodes, 0);
  if (facts.host === null) {
    const saw = `cannot tell kernel modules, inotify limits and disk: the engine runs under another kernel`;
    const cure = 'look there: docker run --rm --pid host --privileged alpine nsenter -t 1 -m sysctl fs.inotify';
    return [warning('modules', saw, cure), memory(facts, nodes)];
  }
  return [
    ...KERNEL_MODULES.map((name) => moduleFinding(name, facts.host?.modules[name] ?? 'unknown')),
    inotify(facts.host, nodes),
    disk(facts.host, facts.dataRoot, nodes),
    memory(facts, nodes),
  ];
}

const USE: Readonly<Record<KernelModule, string>> = {
  overlay: 'images are stored with it',
  vxlan: 'overlay networks are carried by it',
  ip_vs: 'services are reached by it, at their virtual address and published ports',
};

/** The kernel loads overlay and vxlan when they are first used; for ip_vs a node runs modprobe, and has no modules' files. */
function moduleFinding(name: KernelModule, state: HostFacts['modules'][KernelModule]): Finding {
  const cure = `sudo modprobe ${name}; to keep it: echo ${name} | sudo tee /etc/modules-load.d/skep-${name}.conf`;
  if (state === 'present') return ok('modules', `${name} is there`);
  if (state === 'unknown') return warning('modules', `cannot tell whether the kernel has ${name}: ${USE[name]}`, cure);
  if (name === 'ip_vs') return warning('modules', `${name} is not loaded: ${USE[name]}`, cure);
  return ok('modules', `${name} is there, loaded when first used`);
}

function inotify({ inotify: limits }: HostFacts, nodes: number): Finding {
  if (limits === null) return warning('inotify', 'cannot tell the inotify limits', 'sysctl fs.inotify');
  const saw = `inotify limits of a user: ${limits.instances} instances, ${limits.watches} watches`;
  if (!isInotifyShort(limits, nodes)) return ok('inotify', saw);
  const wish = `fs.inotify.max_user_instances=${Math.max(512, inotifyInstancesFor(nodes))} fs.inotify.max_user_watches=524288`;
  return warning('inotify', `${saw}; ${nodes} nodes and what else runs may need more`, `sudo sysctl ${wish}`);
}

function disk({ disk: room }: HostFacts, dataRoot: string, nodes: number): Finding {
  if (room === null) return warning('disk', `cannot tell the room at ${dataRoot}`, `df -h ${dataRoot}`);
  const needed = LEAST_DISK + nodes * NODE_DISK;
  const saw = `${inGb(room.free)} of ${inGb(room.total)} free at ${dataRoot}`;
  const cure = 'make room: docker system df says what takes it';
  if (room.free < LEAST_DISK) return trouble('disk', saw, cure);
  if (room.free < needed) return warning('disk', `${saw}; ${nodes} nodes may take ${inGb(needed)}`, cure);
  return ok('disk', saw);
}

function memory({ host, memoryTotal }: EngineFacts, nodes: number): Finding {
  const free = host?.memoryAvailable ?? null;
  const has = free ?? memoryTotal;
  const needed = nodes * NODE_MEMORY;
  const saw = `${inGb(has)} of memory ${free === null ? 'in all (what is free cannot be told)' : 'available'}`;
  const much = `${nodes} nodes take about ${inGb(needed)} when idle`;
  if (has < needed) return trouble('memory', `${saw}; ${much}`, 'fewer nodes, or more memory');
  if (has < 2 * needed) return warning('memory', `${saw}; ${much}`, 'fewer nodes, or more memory');
  return ok('memory', `${saw}; ${much}`);
}

const inGb = (bytes: number): string => `${(bytes / GB).toFixed(1)} GB`;
