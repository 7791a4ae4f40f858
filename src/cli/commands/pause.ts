import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { parseDuration } from '../flags.ts';
import { dayAndTime } from '../render/time.ts';

interface Flags extends PathFlags {
  readonly reason?: string;
  readonly for?: number;
}

export const addPause: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('pause')
    .description('Change nothing of a cluster until skep resume: it is looked at and reported only.')
    .argument('<name>', 'the cluster')
    .option('--reason <text>', 'why, for whoever finds it paused')
    .option('--for <duration>', 'end by itself after this long, e.g. 2h', parseDuration);
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const paths = pathsOf(flags, context);
      const { expectKnown, askController } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      const until = flags.for === undefined ? null : context.clock.now() + flags.for;
      await askController(name, { kind: 'pause', reason: flags.reason ?? null, until }, paths, context);
      print(
        context,
        `${name}: pause asked for, ${until === null ? `until skep resume ${name}` : `until ${dayAndTime(until)}`}.`,
      );
      return EXIT.asWanted;
    }),
  );
};
