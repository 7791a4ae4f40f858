import { z } from 'zod';
import type { MachineId, SwarmId } from './ids.ts';

const machine = z.string().transform((text) => text as MachineId);
const swarm = z.string().transform((text) => text as SwarmId);
/** `removes`: old managers whose machines may go with their disks, by name: nothing else keeps them from coming back. */
const agreed = { swarmId: swarm, removes: z.array(machine).readonly() };

/**
 * What somebody agreed to when a swarm had lost its managers. `swarmId` is the swarm that the record named then: of
 * another one nothing was said.
 * - `survivor`: the swarm goes on with this manager alone, which it was or into which a backup was put.
 * - `restore`: a first manager, `machine`, is made at `address` and stopped, so that a backup of swarm `restored` can be
 *   put into it.
 * - `start-over`: a new swarm; all that was in the old one is given up.
 */
export const recoverySchema = z.discriminatedUnion('how', [
  z.object({ how: z.literal('survivor'), survivor: machine, ...agreed }),
  z.object({ how: z.literal('restore'), machine, address: z.string(), restored: swarm, ...agreed }),
  z.object({ how: z.literal('start-over'), ...agreed }),
]);

export type Recovery = Readonly<z.infer<typeof recoverySchema>>;
