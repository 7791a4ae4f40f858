import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { InfrastructureView, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
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

export interface MachinesPlan {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
}

/** A stack takes half a minute and more. Our choice. */
const UNDER_WAY_RECHECK_MS = 3_000;

/**
 * What carries the machines, and the machines that are missing. Where the provider makes them by itself from what carries
 * them, none is made before that is as declared: it would be made as it was declared before.
 */
export function planMachines(ask: MachinesAsk): MachinesPlan {
  const { carriers } = ask.infrastructure;
  const { underWay, stuck } = carriers;
  const mayGrow = ask.desired.namedBy === 'skep' || carriers.state === 'ready' || stuck !== undefined;
  return {
    steps: [...(underWay || stuck ? [] : planCarriers(ask)), ...(mayGrow ? planMissing(ask) : [])],
    holds: stuck ? [{ reason: 'StackNeedsHuman', what: 'change what carries its machines', ...stuck }] : [],
    waits: underWay ? [{ what: underWay, recheckMs: UNDER_WAY_RECHECK_MS }] : [],
  };
}

/** True: what is there may be taken away by what it is now. Else it is another than declared, and may become so first. */
export const isCarried = ({ namedBy }: Desired, { carriers }: InfrastructureView): boolean =>
  namedBy === 'skep' || carriers.state === 'ready';

function planCarriers({ desired, infrastructure, nodes, swarm }: MachinesAsk): readonly Step[] {
  const { carriers } = infrastructure;
  const forwardTo = forwardTargets(nodes, swarm);
  const ensure = (why: string): Step => ({ kind: 'ensure-carriers', forwardTo, why });
  if (carriers.state === 'absent') return [ensure('nothing carries its machines yet')];
  if (carriers.state === 'partial')
    return [ensure(carriers.differences.join('; ') || 'some of what carries it is missing')];
  if (desired.spec.spec.provider === 'local' && desired.spec.spec.local.publish.length > 0) {
    const same = carriers.forwardTo !== null && [...carriers.forwardTo].sort().join() === forwardTo.join();
    if (!same) return [ensure('published ports follow the ready nodes')];
  }
  return [];
}

function planMissing({ desired, record, infrastructure, nodes, counted, swarm, surge }: MachinesAsk): readonly Step[] {
  const { carriers, machines } = infrastructure;
  const mayGrow = record.firstReadyAt === null || hasQuorum(infrastructure, nodes, swarm);
  if (carriers.state === 'absent' || !mayGrow) return [];
  const taken = new Set([...machines.map((m) => m.id), ...(swarm?.members ?? []).map((m) => m.hostname)]);
  const founder = record.swarmId === null ? record.founder : null;
  return planGrowth({
    desired,
    machines: counted.map((n) => n.machine),
    going: nodes.filter((n) => !counted.includes(n)).map((n) => n.machine),
    salt: record.revision,
    taken,
    surge,
    founder,
  });
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
