import type { Desired } from '../../../model/desired.ts';
import { MANAGERS } from '../../../model/ids.ts';
import { labelKeys } from '../../../model/read-record.ts';
import type { ClusterRecord } from '../../../model/record.ts';
import type { Step } from '../../../model/step.ts';
import type { PlanFacts } from '../facts.ts';
import { founderName } from '../grow.ts';
import type { Node } from '../nodes.ts';
import { recordStep, stamp } from '../record-step.ts';
import { doing, type Exception, waitingFor, without } from './words.ts';

/**
 * Every machine leaves the old swarm, then the record gives it up: from there on the cluster is made as a new one is,
 * around the machines that it has. A worker that does not answer is left out: what it says later is healed.
 */
export function planNewSwarm(
  desired: Desired,
  record: ClusterRecord,
  nodes: readonly Node[],
  facts: PlanFacts,
): Exception {
  const leaving = nodes.flatMap(({ machine: { id, state, neverStarted, engine } }): readonly Step[] => {
    const why = 'the swarm that it was in is given up';
    if (state === 'stopped' && !neverStarted) return [{ kind: 'start-machine', machine: id, why }];
    return engine === null || engine.swarm === 'inactive' ? [] : [{ kind: 'leave', machine: id, why }];
  });
  if (leaving.length > 0) return doing(leaving);
  const unseen = nodes.filter(({ machine }) => machine.state === 'booting' || machine.state === 'unknown');
  if (unseen.length > 0) return waitingFor(...unseen.map(({ machine }) => `${machine.id} does not answer yet`));
  return doing([recordStep(stamp(newborn(desired, record, nodes), facts), `swarm ${record.swarmId} is given up`)]);
}

/** As before its swarm was made; what was learnt of the old one and its nodes means nothing now. */
function newborn(desired: Desired, record: ClusterRecord, nodes: readonly Node[]): ClusterRecord {
  const taken = new Set<string>(nodes.map(({ machine }) => machine.id));
  const manager = nodes.find(({ machine }) => machine.pool === MANAGERS)?.machine.id;
  return {
    ...record,
    swarmId: null,
    givenUp: [...(record.givenUp ?? []), ...(record.swarmId === null ? [] : [record.swarmId])],
    founder: manager ?? founderName(desired, record.revision + 1, taken),
    firstReadyAt: null,
    intents: without(record, 'recover'),
    health: [],
    rollout: null,
    rebalance: null,
    corrections: {},
    applied: { specHash: null, labels: labelKeys(desired.spec) },
  };
}
