import { resolve } from 'node:path';
import { agree } from '../agree.ts';
import { type AddCommand, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { badInput, EXIT, Refusal } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import type { Opened } from '../intents/with-cluster.ts';

interface Flags extends PathFlags {
  readonly survivor?: string;
  readonly startOver?: true;
  readonly from?: string;
  readonly keyFile?: string;
  readonly yesIKnow?: string;
}

export const addRecover: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('recover')
    .description(
      'Bring back a swarm that lost its quorum, with one of its managers, or all its managers. Every step is said first; nothing is done without a yes.',
    )
    .argument('<name>', 'the cluster')
    .option('--survivor <machine>', 'the manager to go on with (default: the first that answers)')
    .option('--from <file>', 'all managers are lost: restore this backup into a new one')
    .option('--key-file <file>', 'the key of that backup')
    .option('--start-over', 'all managers are lost: begin a new swarm and give up what was in the old one')
    .option('--yes-i-know <name>', 'the yes, for scripts: the name again');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const ways = [flags.survivor, flags.from, flags.startOver].filter((way) => way !== undefined);
      if (ways.length > 1) throw badInput('--survivor, --from and --start-over are three ways: take one.');
      if ((flags.from === undefined) !== (flags.keyFile === undefined))
        throw badInput('--from and --key-file go together.');
      const { withCluster } = await import('../intents/with-cluster.ts');
      return withCluster(name, pathsOf(flags, context), context, async (opened) => {
        await walkThrough(opened, flags, context);
        print(context, `${name}: its swarm is back. The rest is healed as always: skep wait ${name} --for=Ready`);
        return EXIT.asWanted;
      });
    }),
  );
};

async function walkThrough(opened: Opened, flags: Flags, context: CliContext): Promise<void> {
  const [propose, { openBackup, recover, restore }, { readKey }] = await Promise.all([
    import('../recover/propose.ts'),
    import('../recover/carry-out.ts'),
    import('../backup/key.ts'),
  ]);
  const { name, seen } = opened;
  if (flags.from !== undefined && flags.keyFile !== undefined) {
    if (opened.provider.simulated) throw new Refusal(`${name} is simulated: no backup can be put into it.`);
    const key = await readKey(resolve(context.cwd, flags.keyFile));
    const { sealed, restored } = await openBackup(opened, resolve(context.cwd, flags.from), key);
    const proposal = propose.proposeRestore(seen, restored);
    if ('refusal' in proposal) throw new Refusal(`${name}: ${proposal.refusal}`);
    await agree({ name, steps: proposal.steps, said: flags.yesIKnow }, context);
    await restore(opened, proposal.recovery, sealed, context);
    return;
  }
  const proposal = flags.startOver ? propose.proposeNewSwarm(seen) : propose.proposeSurvivor(seen, flags.survivor);
  if ('refusal' in proposal) throw new Refusal(`${name}: ${proposal.refusal}`);
  await agree({ name, steps: proposal.steps, said: flags.yesIKnow }, context);
  await recover(opened, proposal.recovery, context);
}
