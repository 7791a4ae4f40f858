import type { MachineId } from './ids.ts';

/** What healing has to know and no machine and no swarm can tell. It stands on the record and so outlives controllers. */
export interface HealthNote {
  /** `bad`: since when it has looked bad. `start`: that it was started. `startup`: that it was given up, never a member. */
  readonly kind: 'bad' | 'start' | 'startup';
  readonly machine: MachineId;
  readonly pool: string;
  /** ms since the epoch. */
  readonly at: number;
}
