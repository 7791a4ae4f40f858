import { isoTime } from '../../model/iso-time.ts';
import { describeProblem } from '../../model/problem.ts';
import { say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { Refusal } from '../exit.ts';
import { askController } from '../intents/ask-controller.ts';
import type { Opened } from '../intents/with-cluster.ts';
import { follow } from '../recover/follow.ts';
import type { Chosen } from './choose-manager.ts';
import { writeSealed } from './sealed.ts';

/** The engine is stopped no longer than this, ms, even when this program is killed: it takes seconds. Our choice. */
const STOPPED_FOR_MS = 10 * 60_000;

/** Has the controller stop the manager's engine, reads its swarm state into the file, and has it started again. */
export async function takeBackup(
  opened: Opened,
  { machine: { id, address, engine }, swarm }: Chosen,
  to: { readonly path: string; readonly key: Buffer },
  context: CliContext,
): Promise<void> {
  const { clock, signal } = context;
  const word = { kind: 'backup', reason: null, machine: id } as const;
  const until = clock.now() + STOPPED_FOR_MS;
  const asked = await askController(opened.name, { ...word, until }, opened.paths, context);
  try {
    await follow(
      opened,
      { id: asked, until },
      ({ infrastructure }, isOver) => {
        if (isOver) throw new Refusal(`${id} was not stopped: skep explain ${opened.name}`);
        return infrastructure.machines.find((m) => m.id === id)?.state === 'stopped' ? true : null;
      },
      context,
    );
    say(context, `${id} is stopped; its swarm state is read.`);
    const state = await opened.provider.infrastructure.readSwarmState(opened.ref, id, signal);
    if (!state.ok) throw new Refusal(`${id}: ${describeProblem(state.problem)}`);
    const about = {
      cluster: opened.name,
      swarmId: swarm.id,
      machine: id,
      address: address ?? '',
      engineVersion: engine?.version ?? '',
      madeAt: isoTime(clock.now()),
    };
    await writeSealed(to.path, to.key, about, state.value);
  } finally {
    // Whatever happened: its time is over now.
    await askController(opened.name, { ...word, until: clock.now() }, opened.paths, context);
  }
  await follow(
    opened,
    { id: asked, until },
    ({ infrastructure }) => (infrastructure.machines.find((m) => m.id === id)?.engine ? true : null),
    context,
  );
}
