import { nodesOf } from '../../controller/plan/nodes.ts';
import { mayComeBack, oldManagers } from '../../controller/plan/recovery/old-managers.ts';
import { MANAGERS, type MachineId, type SwarmId } from '../../model/ids.ts';
import type { Recovery } from '../../model/recovery.ts';
import type { Seen } from '../intents/with-cluster.ts';

/** What a person is shown and agrees to, or why there is nothing to agree to. */
export type Proposal<How extends Recovery['how'] = Recovery['how']> =
  | { readonly recovery: Extract<Recovery, { how: How }>; readonly steps: readonly string[] }
  | { readonly refusal: string };

/** A backup, as far as it matters here. */
export interface Restored {
  readonly swarmId: SwarmId;
  readonly address: string;
  /** The name that its new machine gets. */
  readonly machine: MachineId;
  /** Where it was made and when, for people. */
  readonly what: string;
}

/** The swarm goes on with one of the managers that answer: `named`, else the first of them. */
export function proposeSurvivor(seen: Seen, named: string | undefined): Proposal {
  const lost = swarmLost(seen);
  if (typeof lost !== 'object') return { refusal: lost };
  const { answering } = lost;
  const [first] = answering;
  if (first === undefined) {
    // An engine that has just lost its leader is silent for some 20 s.
    const silent = putAway(seen, null);
    if ('refusal' in silent) return silent;
    return {
      refusal: `no manager answers. When all are lost for good: --from FILE restores a backup, --start-over begins a new swarm without what was in this one.`,
    };
  }
  const survivor = named === undefined ? first : answering.find((id) => id === named);
  if (survivor === undefined)
    return { refusal: `${named} is no manager that answers (these do: ${answering.join(', ')}).` };
  const others = answering.filter((id) => id !== survivor);
  const choice =
    named === undefined && others.length > 0
      ? `. Nobody can tell which manager knows most: ${others.join(' or ')} instead with --survivor`
      : '';
  const away = putAway(seen, survivor);
  if ('refusal' in away) return away;
  return {
    recovery: { how: 'survivor', survivor, swarmId: lost.swarmId, removes: away.removes },
    steps: [
      ...away.steps,
      `${survivor} becomes the only manager of swarm ${lost.swarmId} (docker swarm init --force-new-cluster): services, secrets and nodes stay as it knows them${choice}`,
      healed(seen),
    ],
  };
}

/** All managers are lost, and with them the swarm. */
export function proposeNewSwarm(seen: Seen): Proposal {
  const lost = allLost(seen);
  if (typeof lost !== 'object') return { refusal: lost };
  const away = putAway(seen, null);
  if ('refusal' in away) return away;
  const { swarmId } = lost;
  return {
    recovery: { how: 'start-over', swarmId, removes: away.removes },
    steps: [
      ...away.steps,
      `every node leaves swarm ${swarmId}: what runs on it stops; local volumes stay on its disk`,
      `swarm ${swarmId} is given up: its services, secrets, configs and networks are lost, and have to be deployed again`,
      'a new swarm is begun, and every node joins it',
    ],
  };
}

/** All managers are lost, and there is a backup of one. */
export function proposeRestore(seen: Seen, backup: Restored): Proposal<'restore'> {
  const lost = allLost(seen);
  if (typeof lost !== 'object') return { refusal: lost };
  const inPlace = seen.infrastructure.machines.find((m) => m.address === backup.address);
  if (inPlace && inPlace.pool !== MANAGERS) {
    return { refusal: `${inPlace.id} has the address ${backup.address}, which the restored manager must have.` };
  }
  const away = putAway(seen, null, inPlace?.id);
  if ('refusal' in away) return away;
  const { machine, address, swarmId, what } = backup;
  const other = swarmId === lost.swarmId ? '' : `, which is another swarm than ${lost.swarmId}: that one is given up`;
  return {
    recovery: { how: 'restore', machine, address, restored: swarmId, swarmId: lost.swarmId, removes: away.removes },
    steps: [
      ...away.steps,
      `a new manager, ${machine}, is made at ${address}, where the other nodes look for one, and its engine is stopped`,
      `${what} is put into it: swarm ${swarmId}${other}`,
      `it is started and becomes the only manager (docker swarm init --force-new-cluster): all is as it was when the backup was made`,
      healed(seen),
    ],
  };
}

interface Lost {
  readonly name: string;
  readonly swarmId: SwarmId;
  readonly answering: readonly MachineId[];
}

/** A sentence: it is not lost, or nothing can be done about it. */
function swarmLost({ record, infrastructure, swarm }: Seen): Lost | string {
  const name = record.cluster;
  if (swarm.ok && swarm.value !== null) return 'its swarm answers: there is nothing to recover.';
  if (record.swarmId === null) return 'it never had a swarm: there is nothing to recover.';
  const answering = infrastructure.machines.filter((m) => m.engine?.isManager).map((m) => m.id);
  return { name, swarmId: record.swarmId, answering };
}

function allLost(seen: Seen): Lost | string {
  const lost = swarmLost(seen);
  if (typeof lost !== 'object' || lost.answering.length === 0) return lost;
  return `${lost.answering.join(', ')} still answers as a manager: skep recover ${lost.name} goes on with it and keeps what it knows.`;
}

type Away =
  | { readonly removes: readonly MachineId[]; readonly steps: readonly string[] }
  | { readonly refusal: string };

/** `inTheWay`: a machine that goes whatever its state. */
function putAway({ infrastructure }: Seen, except: MachineId | null, inTheWay?: MachineId): Away {
  const olds = oldManagers(nodesOf(infrastructure, null), except);
  const removes = olds.flatMap(({ machine: { id, state } }) => (state === 'stopped' || id === inTheWay ? [id] : []));
  const dangers = mayComeBack(olds, removes);
  if (dangers.length > 0) {
    const why = 'it would bring back the swarm as it knew it, beside the recovered one';
    return {
      refusal: `an old manager may come back (${dangers.join('; ')}), and ${why}. See that it answers, or remove its machine.`,
    };
  }
  const steps = olds.flatMap(({ machine: { id, engine } }) => {
    if (removes.includes(id)) return [`${id} is removed with its disk and all data on it, so that it cannot come back`];
    return engine?.swarm === 'inactive' ? [] : [`${id} forgets the swarm; its machine and its volumes stay`];
  });
  return { removes, steps };
}

const healed = ({ record }: Seen): string =>
  `the controller makes managers until there are ${record.spec.spec.managers.count}, as declared`;
