import type { Desired } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import type { InfrastructureView, Observed, SwarmView } from '../../model/observed.ts';
import type { Wait } from '../../model/plan.ts';
import { describeProblem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Step } from '../../model/step.ts';
import { planAdmission, planImages, planInit, planJoins, planLeaves } from './admit.ts';
import type { PlanFacts } from './facts.ts';
import { withGoneDown } from './gone-members.ts';
import { identityHolds } from './identity.ts';
import { labelHold } from './label-hold.ts';
import type { Leaver } from './leavers.ts';
import { planManagerChanges } from './manager-changes.ts';
import { planNodeUpkeep } from './node-drift.ts';
import { isOurs, keptByLabel, membersWithoutMachine, type Node } from './nodes.ts';
import { together, type Upkeep } from './put-right.ts';
import type { Turnover } from './rollout/turnover.ts';
import { planShrinking, planUndoneDrains } from './shrink.ts';
import { mutedSwarm, silentSwarm, swarmGone } from './silent-swarm.ts';
import { planLooseSurges } from './surge.ts';
import { planOptions } from './swarm-options.ts';

export interface MembersAsk {
  readonly desired: Desired;
  readonly record: ClusterRecord;
  readonly observed: Observed;
  readonly infrastructure: InfrastructureView;
  readonly nodes: readonly Node[];
  readonly leavers: readonly Leaver[];
  readonly turnover: Turnover | null;
  readonly facts: PlanFacts;
  readonly mayShrink: boolean;
}

export interface MembersPlan {
  readonly steps: readonly Step[];
  readonly holds: readonly Hold[];
  readonly waits: readonly Wait[];
  /** Null: the swarm could not be asked about it. */
  readonly upkeep: Upkeep | null;
}

/** Everything that needs the swarm: it is begun, nodes join, are promoted, admitted, drained, and leave the list. */
export function planMembers(ask: MembersAsk): MembersPlan {
  const { desired, record, observed, infrastructure, nodes, leavers, turnover, facts } = ask;
  const machines = nodes.map((n) => n.machine);
  const leaving = new Set(leavers.map((s) => s.node.machine.id));
  const staying = nodes.filter((n) => !leaving.has(n.machine.id));
  const images = planImages(staying);
  if (!observed.swarm.ok) {
    const detail = describeProblem(observed.swarm.problem);
    return {
      steps: [...images, ...planLeaves(record, nodes, null)],
      ...silentSwarm(desired, record, nodes, observed.now, detail),
      upkeep: null,
    };
  }
  const swarm = observed.swarm.value;
  if (swarm === null) {
    // Only a manager that says nothing could still bring it back.
    const managers = machines.filter((m) => m.pool === MANAGERS);
    const lost = record.swarmId !== null && managers.every((m) => m.engine !== null);
    // Without a swarm only machines that never answered or never began one are condemned: nobody misses them.
    const unborn = leavers
      .filter((s) => s.replaced)
      .map((s): Step => ({ kind: 'remove-machine', machine: s.node.machine.id, why: s.why }));
    const steps = [...images, ...planLeaves(record, staying, null), ...planInit(desired, record, machines), ...unborn];
    const muted = record.swarmId === null ? [] : mutedSwarm(desired, record, nodes, observed.now);
    return { steps, holds: lost ? [swarmGone(record)] : muted, waits: [], upkeep: null };
  }
  const conflicts = identityHolds(record, nodes, swarm);
  if (conflicts.length > 0) {
    // A rotation of the authority does not end before Down members are gone.
    const isRotating = conflicts.every((hold) => hold.reason === 'MembershipUnsettled');
    const steps = isRotating ? [...images, ...debris(record, infrastructure, swarm).steps] : images;
    return { steps, holds: conflicts, waits: [], upkeep: null };
  }
  const known = withGoneDown(swarm, infrastructure);
  const holdBack = turnover?.steps ?? [];
  const at = { now: observed.now, term: facts.term, mayBegin: holdBack.length === 0 };
  const shrinking = ask.mayShrink ? planShrinking(desired, leavers, known, at) : { steps: [], holds: [], waits: [] };
  const awake = staying.filter((n) => n.machine.state !== 'stopped'); // the others are started first
  const upkeep = together([
    planOptions(desired, record, swarm, observed.now),
    planNodeUpkeep(desired, record, awake, observed.now),
  ]);
  const condemned = leavers.filter((s) => s.replaced);
  const wanted = staying.filter((n) => !turnover?.waiting.has(n));
  const managers = planManagerChanges({
    desired,
    record,
    infrastructure,
    swarm: known,
    nodes,
    staying: wanted,
    condemned,
    mayShrink: ask.mayShrink,
    retiring: ask.mayShrink ? (turnover?.retiring ?? []) : [],
    retiringHold: turnover?.retiringHold ?? null,
  });
  const gone = debris(record, infrastructure, swarm);
  const steps = [
    ...images,
    ...planLeaves(record, staying, swarm),
    ...planJoins(record, staying, swarm),
    ...managers.steps,
    ...planAdmission(desired, record, wanted),
    ...[...planUndoneDrains(desired, awake), ...upkeep.steps, ...holdBack].filter(
      (s) => !isChangedBy(managers.steps, s),
    ),
    ...shrinking.steps,
    ...planLooseSurges(swarm),
    ...gone.steps,
  ];
  const holds = [...managers.holds, ...shrinking.holds, ...upkeep.holds, ...gone.holds];
  return { steps, holds, waits: [...managers.waits, ...shrinking.waits, ...upkeep.waits], upkeep };
}

/** The same member is not changed twice at once: the second would meet another version of it. */
const isChangedBy = (steps: readonly Step[], step: Step): boolean =>
  step.kind === 'set-node' && steps.some((s) => 'node' in s && s.node === step.node);

/** Down members of ours that left with their machine: removed without force, as Docker allows. One that carries `skep.hold` is left. */
function debris(
  { cluster }: ClusterRecord,
  infrastructure: InfrastructureView,
  swarm: SwarmView,
): Pick<Upkeep, 'steps' | 'holds'> {
  const left = membersWithoutMachine(infrastructure, swarm).filter(
    (m) => m.state === 'down' && m.manager === null && m.role === 'worker' && isOurs(m, cluster),
  );
  const why = 'its machine is gone';
  return {
    steps: left
      .filter((m) => keptByLabel(m) === null)
      .map(({ id, hostname }) => ({ kind: 'remove-member', node: id, hostname, force: false, why })),
    holds: left.flatMap((m) => {
      const kept = keptByLabel(m);
      return kept === null ? [] : [labelHold(`remove member ${m.hostname}`, m.hostname, kept)];
    }),
  };
}
