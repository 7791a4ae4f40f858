import type { FileDoor } from '../../controller/loop/file-door.ts';
import type { Disk } from '../../controller/store/disk.ts';
import type { LeaseStore } from '../../providers/provider.ts';
import type { SimulatedProcess } from '../process.ts';
import type { Simulation } from '../simulation.ts';

/** Files, disk and lease as one process uses them: every call goes through it, and may meet a fault. */

export function filesOf({ tree: { door } }: Simulation, process: SimulatedProcess): FileDoor {
  return {
    readdir: (path) => process.through('files.readdir', () => door.readdir(path)),
    stat: (path) => process.through('files.stat', () => door.stat(path)),
    realpath: (path) => process.through('files.realpath', () => door.realpath(path)),
    readFile: (path, max) => process.through('files.readFile', () => door.readFile(path, max)),
  };
}

export function diskOf(sim: Simulation, process: SimulatedProcess): Disk {
  const { disk } = sim.tree;
  async function write(path: string, text: string): Promise<void> {
    const fault = sim.faults.take('disk.write', false);
    if (fault && fault.how !== 'lose') throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await disk.write(path, text);
    sim.note({ kind: 'status', at: sim.clock.monotonic(), by: process.id, path, text });
    if (fault) throw Object.assign(new Error('input/output error'), { code: 'EIO' });
  }
  return {
    mkdir: (path) => process.through('disk.mkdir', () => disk.mkdir(path)),
    readdir: (path) => process.through('disk.readdir', () => disk.readdir(path)),
    readText: (path) => process.through('disk.readText', () => disk.readText(path)),
    size: (path) => process.through('disk.size', () => disk.size(path)),
    write: (path, text) => process.through('disk.write', () => write(path, text)),
    rename: (from, to) => process.through('disk.rename', () => disk.rename(from, to)),
    remove: (path) => process.through('disk.remove', () => disk.remove(path)),
    tidy: (directory) => process.through('disk.tidy', () => disk.tidy(directory)),
  };
}

/** Slow, failing, or with answers that get lost; an aborted call may have been written all the same. */
export function leaseOf(sim: Simulation, process: SimulatedProcess): LeaseStore & { isInPlace(): boolean } {
  const store = sim.lease.open();
  async function met<T>(method: string, call: () => Promise<T>): Promise<T> {
    const fault = sim.faults.take(method, false);
    if (fault?.how === 'late') await sim.clock.sleep(fault.ms);
    else if (fault && fault.how !== 'lose') throw new Error('the store is down');
    const answer = await call();
    if (fault?.how === 'lose') throw new Error('the answer was lost');
    return answer;
  }
  const patient = new AbortController().signal;
  return {
    isInPlace: store.isInPlace,
    read: () => process.through('lease.read', () => met('lease.read', () => store.read(patient))),
    swap: (seen, next) => process.through('lease.swap', () => met('lease.swap', () => store.swap(seen, next, patient))),
  };
}
