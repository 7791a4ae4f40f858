import { nodesOf } from '../../controller/plan/nodes.ts';
import type { Machine, SwarmView } from '../../model/observed.ts';
import { describeProblem } from '../../model/problem.ts';
import { majority } from '../../model/quorum.ts';
import { Refusal } from '../exit.ts';
import type { Seen } from '../intents/with-cluster.ts';

export interface Chosen {
  readonly machine: Machine;
  readonly swarm: SwarmView;
  /** It is the only manager: without it nothing is changed in the swarm, and nothing that ends is started again. */
  readonly isOutage: boolean;
}

/** The manager whose engine is stopped: one that does not lead and can be spared, or the only one. */
export function chooseManager({ record, infrastructure, swarm }: Seen): Chosen {
  const name = record.cluster;
  if (!swarm.ok) throw new Refusal(`the swarm of ${name} does not answer (${describeProblem(swarm.problem)}).`);
  if (swarm.value === null) throw new Refusal(`${name} has no swarm.`);
  const managers = nodesOf(infrastructure, swarm.value).filter(({ member }) => member?.manager);
  const [only] = managers;
  if (only && managers.length === 1) return { machine: only.machine, swarm: swarm.value, isOutage: true };
  const reachable = managers.filter(({ member }) => member?.manager?.reachability === 'reachable');
  if (reachable.length < managers.length || reachable.length - majority(managers.length) < 1) {
    throw new Refusal(
      `${name}: ${reachable.length} of ${managers.length} managers are reachable, and none can be spared for a backup.`,
    );
  }
  const spared = reachable.find(({ member }) => member?.manager?.leader === false);
  if (spared === undefined) throw new Refusal(`${name}: no manager that does not lead.`);
  return { machine: spared.machine, swarm: swarm.value, isOutage: false };
}
