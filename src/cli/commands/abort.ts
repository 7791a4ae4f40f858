import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

interface Flags extends PathFlags {
  readonly reason?: string;
}

export const addAbort: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('abort')
    .description('Begin no further node of the rollout in progress; the node in hand is finished.')
    .argument('<name>', 'the cluster')
    .option('--reason <text>', 'why, for whoever finds it aborted');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const paths = pathsOf(flags, context);
      const { askController, documentSeen, expectKnown } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      const specHash = await documentSeen(name, paths);
      await askController(name, { kind: 'abort', reason: flags.reason ?? null, until: null, specHash }, paths, context);
      print(
        context,
        `${name}: abort asked for. It ends with a changed document, skep rollout ${name} --now or skep retry ${name}.`,
      );
      return EXIT.asWanted;
    }),
  );
};
