import { freshNames } from '../../controller/plan/names.ts';
import { MANAGERS, type MachineId } from '../../model/ids.ts';
import { describeProblem } from '../../model/problem.ts';
import type { Recovery } from '../../model/recovery.ts';
import { openSealed, type Sealed } from '../backup/sealed.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';
import { askController } from '../intents/ask-controller.ts';
import type { Opened, Seen } from '../intents/with-cluster.ts';
import { follow } from './follow.ts';
import type { Restored } from './propose.ts';

/** What was agreed counts so long, ms. It took seconds wherever it was tried; a word about a broken swarm must not linger. */
const AGREED_FOR_MS = 15 * 60_000;

/** A swarm that answers the controller may leave one look unanswered. An election takes seconds. Our choice. */
const SHOWN_WITHIN_MS = 30_000;

/** Hands over what was agreed and waits until the swarm answers, or with a new one the record has given up the old. */
export async function recover(opened: Opened, recovery: Recovery, context: CliContext): Promise<void> {
  const until = context.clock.now() + AGREED_FOR_MS;
  const id = await askController(
    opened.name,
    { kind: 'recover', reason: null, until, recovery },
    opened.paths,
    context,
  );
  await follow(opened, { id, until }, (_, isOver) => (isOver ? true : null), context);
  const soon = context.clock.now() + SHOWN_WITHIN_MS;
  await follow(opened, { id, until: soon }, (seen) => isBack(recovery, seen), context);
}

/** Null: not as far as one can see. */
function isBack({ how, swarmId }: Recovery, { record, swarm }: Seen): true | null {
  if (how === 'start-over') return record.swarmId === swarmId ? null : true;
  return swarm.ok && swarm.value !== null ? true : null;
}

/** The backup is put into a machine that the controller made and stopped for it; then the swarm goes on with that one. */
export async function restore(
  opened: Opened,
  recovery: Extract<Recovery, { how: 'restore' }>,
  backup: Sealed,
  context: CliContext,
): Promise<void> {
  const until = context.clock.now() + AGREED_FOR_MS;
  const { machine, restored } = recovery;
  const ask = { kind: 'recover', reason: null, until, recovery } as const;
  const id = await askController(opened.name, ask, opened.paths, context);
  await follow(
    opened,
    { id, until },
    ({ infrastructure }, isOver) => {
      if (isOver) throw new Refusal(`${opened.name} was not recovered: skep explain ${opened.name}`);
      const found = infrastructure.machines.find((m) => m.id === machine);
      return found?.state === 'stopped' && !found.neverStarted ? true : null;
    },
    context,
  );
  say(context, `${machine}: the backup is put in.`);
  const { provider, ref } = opened;
  const written = await provider.infrastructure.writeSwarmState(ref, machine, backup.state(), context.signal);
  if (!written.ok) throw new Refusal(`${machine}: ${describeProblem(written.problem)}`);
  await recover(opened, { how: 'survivor', survivor: machine, swarmId: restored, removes: [] }, context);
}

/** A backup of this cluster, whole and by this key, and where it goes. */
export async function openBackup(
  { name, seen }: Opened,
  path: string,
  key: Buffer,
): Promise<{ readonly sealed: Sealed; readonly restored: Restored }> {
  const sealed = await openSealed(path, key);
  const { cluster, swarmId, address, machine, madeAt } = sealed.about;
  if (cluster !== name) throw new Refusal(`${path} is a backup of ${cluster}.`);
  const taken = new Set<string>(seen.infrastructure.machines.map((m) => m.id));
  const [fresh] = freshNames({ cluster: name, pool: MANAGERS, salt: seen.record.revision + 1 }, taken, 1);
  const what = `the backup of ${machine} of ${madeAt}`;
  return { sealed, restored: { swarmId, address, machine: fresh as MachineId, what } };
}
