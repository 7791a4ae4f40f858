import type { Clock } from '../../base/clock.ts';
import type { Failpoint } from '../../base/failpoint.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Engine } from './engine.ts';

/** What a provider supplies so that a swarm can be reached. */
export interface SwarmOptions {
  /** The engine of a machine, however it is reached. Cheap: a connection is opened when it is first used. */
  readonly engineOf: (cluster: ClusterName, machine: MachineId) => Engine;
  /** The machine's fixed address. Rejects as an engine does. */
  readonly addressOf: (cluster: ClusterName, machine: MachineId, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
}
