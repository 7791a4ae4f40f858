import type { Desired } from '../../../model/desired.ts';
import type { Hold } from '../../../model/hold.ts';
import { MANAGERS, type MachineId } from '../../../model/ids.ts';
import type { InfrastructureView, Observed } from '../../../model/observed.ts';
import { describeProblem } from '../../../model/problem.ts';
import type { ClusterRecord } from '../../../model/record.ts';
import type { Recovery } from '../../../model/recovery.ts';
import type { PlanFacts } from '../facts.ts';
import { lockedHold } from '../identity.ts';
import { type Node, nodesOf } from '../nodes.ts';
import { recordStep, stamp } from '../record-step.ts';
import { silentSwarm } from '../silent-swarm.ts';
import { lastWord } from './last-word.ts';
import { mayComeBack, oldManagers, putAway } from './old-managers.ts';
import { planNewSwarm } from './start-over.ts';
import { doing, type Exception, heldBy, isAbout, spend, waitingFor } from './words.ts';

/**
 * safety.md 3: a lost quorum, and lost managers, as a person agreed to it. Old managers are put away first, all of them;
 * then the swarm goes on with one, or a new one begins. Null: nobody said so. Ends when the swarm answers.
 */
export function planRecovery(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  facts: PlanFacts,
): Exception | null {
  const intent = lastWord(record, 'recover');
  if (intent === null || !observed.infrastructure.ok) return null;
  const word = intent.recovery;
  const over = (why: string) => spend(record, 'recover', why, facts);
  if (word === undefined || !isAbout(word, record)) return over('what was agreed was about another swarm');
  if (observed.swarm.ok && observed.swarm.value !== null) return over('its swarm answers');
  if (intent.until !== null && observed.now >= intent.until) return over('what was agreed has expired');
  const infrastructure = observed.infrastructure.value;
  const nodes = nodesOf(infrastructure, null);
  const locked = lockedHold(nodes);
  if (locked) return heldBy([locked]);
  const election = electionOf(desired, record, observed, nodes);
  if (election !== null) return waitingFor(election);
  const goesOnWith = word.how === 'survivor' ? word.survivor : word.how === 'restore' ? word.machine : null;
  const olds = oldManagers(nodes, goesOnWith);
  if (word.how !== 'survivor' && olds.some(({ machine }) => machine.engine?.isManager)) {
    return over('a manager of the swarm answers: it was agreed to while none did');
  }
  const dangers = mayComeBack(olds, word.removes);
  if (dangers.length > 0) return heldBy([returnHold(record, dangers)]);
  const away = putAway(olds, word.removes);
  if (away.length > 0) return doing(away);
  switch (word.how) {
    case 'survivor':
      return goOn(record, nodes, word.survivor);
    case 'restore':
      return makeRoom(desired, record, infrastructure, word, facts);
    case 'start-over':
      return planNewSwarm(desired, record, nodes, facts);
  }
}

/** Enough managers answer: a leader may be there in a moment. Null: it is lost. */
function electionOf(
  desired: Desired,
  record: ClusterRecord,
  observed: Observed,
  nodes: readonly Node[],
): string | null {
  if (observed.swarm.ok) return null;
  const detail = describeProblem(observed.swarm.problem);
  return silentSwarm(desired, record, nodes, observed.now, detail).waits[0]?.what ?? null;
}

/** The survivor is started when it is stopped, and then is the swarm. */
function goOn(record: ClusterRecord, nodes: readonly Node[], survivor: MachineId): Exception {
  const machine = nodes.find((n) => n.machine.id === survivor)?.machine;
  const again = (why: string) => heldBy([survivorHold(record, survivor, why)]);
  if (machine === undefined) return again('it is gone');
  const why = 'it is to be the only manager of its swarm';
  if (machine.state === 'stopped') return doing([{ kind: 'start-machine', machine: survivor, why }]);
  if (machine.engine === null) return waitingFor(`the engine of ${survivor} does not answer`);
  if (!machine.engine.isManager) return again('it is no manager');
  return doing([{ kind: 'force-new-cluster', machine: survivor, why }]);
}

/** A first manager at the address by which the workers know one, stopped, and the record names the swarm to come. */
function makeRoom(
  desired: Desired,
  record: ClusterRecord,
  { machines, carriers }: InfrastructureView,
  word: Extract<Recovery, { how: 'restore' }>,
  facts: PlanFacts,
): Exception {
  const { machine: id, address, restored } = word;
  if (record.swarmId !== restored) {
    const next = stamp({ ...record, swarmId: restored }, facts);
    return doing([recordStep(next, `a backup of swarm ${restored} is to be restored`)]);
  }
  if (carriers.state !== 'ready') {
    const forwardTo = carriers.forwardTo ?? [];
    return doing([{ kind: 'ensure-carriers', forwardTo, why: 'nothing carries its machines' }]);
  }
  const pool = desired.pools.find((p) => p.name === MANAGERS);
  const machine = machines.find((m) => m.id === id);
  if (pool === undefined) return waitingFor('no managers are declared');
  if (machine === undefined) {
    const wish = { id, pool: MANAGERS, zone: pool.zones[0] ?? '', hash: pool.machineHash, address };
    const why = 'a backup is to be put into it';
    return doing([{ kind: 'grow-pool', pool: MANAGERS, count: pool.count, machines: [wish], why }]);
  }
  if (machine.state === 'stopped' && !machine.neverStarted) return waitingFor(`${id} waits for the backup`);
  if (machine.state === 'stopped') return doing([{ kind: 'start-machine', machine: id, why: 'it was never started' }]);
  if (machine.engine === null) return waitingFor(`the engine of ${id} does not answer`);
  return doing([{ kind: 'stop-machine', machine: id, why: 'a backup is put in while its engine is stopped' }]);
}

const WHAT = 'recover the swarm';

const returnHold = ({ cluster }: ClusterRecord, dangers: readonly string[]): Hold => ({
  reason: 'QuorumLost',
  what: WHAT,
  why: `an old manager may come back: ${dangers.join('; ')}`,
  release: `it answers, or its machine is removed; then skep recover ${cluster}`,
});

const survivorHold = ({ cluster }: ClusterRecord, survivor: MachineId, why: string): Hold => ({
  reason: 'QuorumLost',
  what: WHAT,
  why: `${survivor} was to be the only manager, and ${why}`,
  release: `skep recover ${cluster} with another survivor`,
});
