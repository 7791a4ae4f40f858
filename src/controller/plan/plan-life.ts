import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { InfrastructureView, Observed, SwarmView } from '../../model/observed.ts';
import type { Plan, Wait } from '../../model/plan.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { planAdmission, planImages, planInit, planJoins, planPromotions } from './admit.ts';
import type { PlanFacts } from './facts.ts';
import { planGrowth } from './grow.ts';
import { identityHolds } from './identity.ts';
import { membersWithoutMachine, type Node, nodesOf } from './nodes.ts';
import { notYet } from './not-yet.ts';
import { progressOf } from './progress.ts';
import { nextRecord, recordStep } from './record-step.ts';
import { planShrinking, planUndoneDrains, wasLeaving } from './shrink.ts';

/** A cluster that is to be: carriers, machines, swarm, nodes; what is too many goes. */
export function planLife(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  facts: PlanFacts,
  may: { readonly mayShrink: boolean; readonly documented: boolean },
): Omit<Plan, 'differences'> {
  if (!observed.infrastructure.ok) return { batch: [], holds: [], waits: [], asDeclared: false };
  const infrastructure = observed.infrastructure.value;
  const swarm = observed.swarm.ok ? observed.swarm.value : null;
  const nodes = nodesOf(infrastructure, swarm);
  const built = planMachines(desired, record, infrastructure, nodes, swarm);
  const joined = planMembers(desired, record, observed, nodes, facts, may.mayShrink);
  const holds = [...joined.holds, ...notYet(desired, record, nodes, swarm)];
  const steps = [...built, ...joined.steps];
  const waits = [...joined.waits, ...progressOf(desired, infrastructure, nodes, swarm)];
  const ready = steps.length === 0 && holds.length === 0 && waits.length === 0;
  const next = nextRecord(record, desired, observed, facts, { ready, documented: may.documented });
  if (next === null) return { batch: steps, holds, waits, asDeclared: ready };
  const step = recordStep(next, record.specHash === next.specHash ? 'something was learnt' : 'its document changed');
  // A changed spec is accepted before anything follows from it; machines' names are salted by the revision they were planned under.
  const alone =
    record.specHash !== next.specHash || record.founder !== next.founder || built.some((s) => s.kind === 'grow-pool');
  return { batch: alone ? [step] : [step, ...steps], holds, waits, asDeclared: ready };
}

function planMachines(
  desired: Desired,
  record: ClusterRecord,
  infrastructure: InfrastructureView,
  nodes: readonly Node[],
  swarm: SwarmView | null,
): readonly Step[] {
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
  for (const m of machines) {
    if (m.neverStarted && m.state === 'stopped')
      steps.push({ kind: 'start-machine', machine: m.id, why: 'it was made and never started' });
  }
  const taken = new Set([...machines.map((m) => m.id), ...(swarm?.members ?? []).map((m) => m.hostname)]);
  const founder = record.swarmId === null ? record.founder : null;
  const growth = planGrowth({ desired, machines, salt: record.revision, taken, founder });
  return [...steps, ...growth.filter((s) => s.kind === 'grow-pool' && mayGrow(s.pool, record, swarm))];
}

/** Workers always; managers only before the cluster was first Ready: later it is a membership change. */
const mayGrow = (pool: string, record: ClusterRecord, swarm: SwarmView | null): boolean =>
  record.firstReadyAt === null || (pool !== MANAGERS && swarm !== null);

function forwardTargets(nodes: readonly Node[], swarm: SwarmView | null): readonly string[] {
  if (swarm === null) return [];
  const ready = nodes.filter(({ member }) => member?.state === 'ready' && member.availability !== 'drain');
  return ready.flatMap(({ machine }) => (machine.address ? [machine.address] : [])).sort();
}

function planMembers(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  nodes: readonly Node[],
  facts: PlanFacts,
  mayShrink: boolean,
): { steps: readonly Step[]; holds: readonly Hold[]; waits: readonly Wait[] } {
  const machines = nodes.map((n) => n.machine);
  const images = planImages(nodes);
  if (!observed.swarm.ok)
    return { steps: images, ...silentSwarm(record, nodes, describeProblem(observed.swarm.problem)) };
  const swarm = observed.swarm.value;
  if (swarm === null) {
    const lost = record.swarmId !== null && machines.length > 0 && machines.every((m) => m.engine !== null);
    const holds = lost ? [swarmGone(record)] : [];
    return { steps: [...images, ...planInit(desired, record, machines)], holds, waits: [] };
  }
  const conflicts = identityHolds(record, nodes, swarm);
  if (conflicts.length > 0) return { steps: images, holds: conflicts, waits: [] };
  const shrinking = mayShrink
    ? planShrinking(desired, nodes, swarm, { now: observed.now, term: facts.term })
    : { steps: [], holds: [], waits: [] };
  const going = new Set(shrinking.steps.flatMap((s) => (s.kind === 'remove-machine' ? [s.machine] : [])));
  const staying = nodes.filter((n) => !going.has(n.machine.id));
  const steps = [
    ...images,
    ...planJoins(staying, swarm),
    ...planPromotions(desired, record, staying, swarm),
    ...planAdmission(desired, staying),
    ...planUndoneDrains(desired, staying),
    ...shrinking.steps,
    ...debris(observed, swarm),
  ];
  return { steps, holds: shrinking.holds, waits: shrinking.waits };
}

/** Down members that left with their machine: removed without force, as Docker allows. */
function debris(observed: Observed, swarm: SwarmView): readonly Step[] {
  if (!observed.infrastructure.ok) return [];
  return membersWithoutMachine(observed.infrastructure.value, swarm)
    .filter(
      (m) =>
        m.state === 'down' &&
        m.manager === null &&
        m.role === 'worker' &&
        (wasLeaving(m.labels) || isNamedOurs(m.hostname, observed.cluster)),
    )
    .map((m) => ({
      kind: 'remove-member',
      node: m.id,
      hostname: m.hostname,
      force: false,
      why: 'its machine is gone',
    }));
}

const isNamedOurs = (hostname: string, cluster: string): boolean => hostname.startsWith(`${cluster}-`);

/** Managers say that they are in a swarm and none answers: an election when most run, a lost quorum when they do not. */
function silentSwarm(
  record: ClusterRecord,
  nodes: readonly Node[],
  detail: string,
): { holds: readonly Hold[]; waits: readonly Wait[] } {
  const managers = nodes.filter((n) => n.machine.pool === MANAGERS);
  const running = managers.filter((n) => n.machine.engine?.swarm === 'active').length;
  const total = Math.max(managers.length, record.spec.spec.managers.count);
  if (record.firstReadyAt === null || running > total / 2)
    return { holds: [], waits: [{ what: detail, recheckMs: 1_000 }] };
  const hold: Hold = {
    reason: 'QuorumLost',
    what: 'every change of the swarm',
    why: `${running} of ${total} managers run and the swarm does not answer (${detail})`,
    release:
      "start the stopped managers; as a last resort Docker's own `docker swarm init --force-new-cluster` on one survivor, with all other old managers stopped for good",
  };
  return { holds: [hold], waits: [] };
}

const swarmGone = (record: ClusterRecord): Hold => ({
  reason: 'SwarmUnreachable',
  what: 'every change of the swarm',
  why: `its record names swarm ${record.swarmId} and no machine is in a swarm; a second one is never started by itself`,
  release: 'bring the managers back with their disks, or delete the cluster and make it anew',
});
