import type { Clock } from '../../base/clock.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import { createEngine, type Engine } from '../swarm/engine.ts';
import type { Dial } from './dial.ts';

/** Connections to the engines inside machines, made when first needed and kept. Only a cache: losing it costs 0.1 s each. */
export interface Connections {
  to(cluster: ClusterName, machine: MachineId): Engine;
  /** Whether it answered the last time we asked. */
  answered(machine: MachineId): boolean;
  note(machine: MachineId, answered: boolean): void;
  forget(machine: MachineId): void;
  /** Forgets those of a cluster that are not among `machines`. */
  keepOnly(cluster: ClusterName, machines: readonly MachineId[]): void;
  close(): void;
}

interface Connection {
  readonly cluster: ClusterName;
  readonly engine: Engine;
  answered: boolean;
}

export function createConnections(dial: Dial, clock: Clock): Connections {
  const open = new Map<MachineId, Connection>();
  function forget(machine: MachineId): void {
    open.get(machine)?.engine.close();
    open.delete(machine);
  }
  return {
    to(cluster, machine) {
      const known = open.get(machine);
      if (known) return known.engine;
      // One stream per machine: each costs 3 MiB in the machine and 0.1 s of a core to open.
      const engine = createEngine({ clock, keep: 1, connect: (signal) => dial(machine, signal) });
      open.set(machine, { cluster, engine, answered: false });
      return engine;
    },
    answered: (machine) => open.get(machine)?.answered === true,
    note(machine, answered) {
      const known = open.get(machine);
      if (known) known.answered = answered;
    },
    forget,
    keepOnly(cluster, machines) {
      const keep = new Set(machines);
      for (const [machine, known] of [...open]) if (known.cluster === cluster && !keep.has(machine)) forget(machine);
    },
    close() {
      for (const machine of [...open.keys()]) forget(machine);
    },
  };
}
