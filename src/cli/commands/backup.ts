import { resolve } from 'node:path';
import { agree } from '../agree.ts';
import { type AddCommand, print } from '../command.ts';
import { EXIT, Refusal } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

interface Flags extends PathFlags {
  readonly keyFile: string;
  readonly output?: string;
  readonly yesIKnow?: string;
}

export const addBackup: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('backup')
    .description(
      "Archive the swarm state of one manager, encrypted: the engine of one that does not lead is stopped, read and started again. It holds the swarm's keys and secrets.",
    )
    .argument('<name>', 'the cluster')
    .requiredOption('--key-file <file>', 'key for AES-256-GCM: 32 bytes, or them in hex or base64. Keep it elsewhere')
    .option('-o, --output <file>', 'where to (default NAME-DATE.skepbackup); one that is there is never replaced')
    .option('--yes-i-know <name>', 'the yes that the backup of an only manager needs, for scripts');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const [{ withCluster }, { chooseManager }, { readKey }, { takeBackup }, { isoTime }] = await Promise.all([
        import('../intents/with-cluster.ts'),
        import('../backup/choose-manager.ts'),
        import('../backup/key.ts'),
        import('../backup/take.ts'),
        import('../../model/iso-time.ts'),
      ]);
      const key = await readKey(resolve(context.cwd, flags.keyFile));
      const day = isoTime(context.clock.now()).replaceAll(/[-:]|\.\d+/g, '');
      const path = resolve(context.cwd, flags.output ?? `${name}-${day}.skepbackup`);
      return withCluster(name, pathsOf(flags, context), context, async (opened) => {
        if (opened.provider.simulated) throw new Refusal(`${name} is simulated: there is no swarm state to archive.`);
        const chosen = chooseManager(opened.seen);
        const { id } = chosen.machine;
        if (chosen.isOutage) {
          const steps = [
            `the engine of ${id} is stopped: it is the only manager. Until it is back, some seconds, what runs on it is down, and in the whole swarm nothing is changed or started again`,
            `its swarm state is read into ${path}`,
            'it is started again',
          ];
          await agree({ name, steps, said: flags.yesIKnow }, context);
        }
        await takeBackup(opened, chosen, { path, key }, context);
        print(context, path);
        return EXIT.asWanted;
      });
    }),
  );
};
