import type { Desired } from '../../model/desired.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import { raftOf } from '../../model/quorum.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { withAbsentUnreachable } from './dead-managers.ts';
import { planGrowth } from './grow.ts';
import { isAdmitted, type Node } from './nodes.ts';

export interface MachinesAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly infrastructure: InfrastructureView;
  readonly swarm: SwarmView | null;
  readonly nodes: readonly Node[];
  /** Those in whose place no other comes: they count as nodes of their pools. */
  readonly counted: readonly Node[];
  /** How many more than declared a pool has for a while, by pool. */
  readonly surge: ReadonlyMap<string, number>;
}

/** What carries the machines, and the machines that are missing. */
export function planMachines(ask: MachinesAsk): readonly Step[] {
  const { desired, record, infrastructure, nodes, counted, swarm, surge } = ask;
  const { carriers, machines } = infrastructure;
  const forwardTo = forwardTargets(nodes, swarm);
  const ensure = (why: string): Step => ({ kind: 'ensure-carriers', forwardTo, why });
  if (carriers.state === 'absent') return [ensure('nothing carries its machines yet')];
  const steps: Step[] = [];
  if (carriers.state === 'partial')
    steps.push(ensure(carriers.differences.join('; ') || 'some of what carries it is missing'));
  else if (desired.spec.spec.provider === 'local' && desired.spec.spec.local.publish.length > 0) {
    const same = carriers.forwardTo !== null && [...carriers.forwardTo].sort().join() === forwardTo.join();
    if (!same) steps.push(ensure('published ports follow the ready nodes'));
  }
  const taken = new Set([...machines.map((m) => m.id), ...(swarm?.members ?? []).map((m) => m.hostname)]);
  const founder = record.swarmId === null ? record.founder : null;
  const growth = planGrowth({
    desired,
    machines: counted.map((n) => n.machine),
    salt: record.revision,
    taken,
    surge,
    founder,
  });
  const mayGrow = record.firstReadyAt === null || hasQuorum(infrastructure, nodes, swarm);
  return mayGrow ? [...steps, ...growth] : steps;
}

/**
 * A living cluster grows only with its quorum: without it nothing new can join, and what stopped may come back. A swarm
 * whose managers were just lost answers with its old list for some seconds.
 */
const hasQuorum = (infrastructure: InfrastructureView, nodes: readonly Node[], swarm: SwarmView | null): boolean =>
  swarm !== null && raftOf(withAbsentUnreachable(swarm, infrastructure, nodes).members).margin >= 0;

function forwardTargets(nodes: readonly Node[], swarm: SwarmView | null): readonly string[] {
  if (swarm === null) return [];
  const ready = nodes.filter((n) => isAdmitted(n) && n.member?.state === 'ready' && n.member.availability !== 'drain');
  return ready.flatMap(({ machine }) => (machine.address ? [machine.address] : [])).sort();
}
