import { MANAGERS, type MachineId } from '../../../model/ids.ts';
import type { Step } from '../../../model/step.ts';
import type { Node } from '../nodes.ts';

/** Every machine that was, or may have been, a manager of the swarm, but the one with which it goes on. */
export const oldManagers = (nodes: readonly Node[], except: MachineId | null): readonly Node[] =>
  nodes.filter(({ machine }) => {
    const wasOne = machine.pool === MANAGERS || machine.engine?.isManager === true;
    return wasOne && machine.id !== except && !machine.neverStarted;
  });

/**
 * Why old managers may still come back with the swarm as they knew it, one line each: enough of them would be a majority
 * of their own. Empty: each can be made to forget, or somebody agreed that its machine goes.
 */
export function mayComeBack(olds: readonly Node[], removes: readonly MachineId[]): readonly string[] {
  return olds.flatMap(({ machine: { id, state, engine } }) => {
    if (removes.includes(id)) return [];
    if (state === 'stopped') return [`${id} is stopped, and its disk holds the swarm`];
    if (state === 'unknown') return [`${id} could not be looked at`];
    return engine === null ? [`${id} runs and its engine does not answer`] : [];
  });
}

/** What keeps them from coming back: who answers forgets the swarm and keeps its machine and data; the others go. */
export function putAway(olds: readonly Node[], removes: readonly MachineId[]): readonly Step[] {
  return olds.flatMap(({ machine: { id, engine } }): readonly Step[] => {
    if (removes.includes(id)) {
      return [{ kind: 'remove-machine', machine: id, why: 'it would come back as an old manager' }];
    }
    if (engine === null || engine.swarm === 'inactive') return [];
    return [{ kind: 'leave', machine: id, why: 'it would come back as an old manager' }];
  });
}
