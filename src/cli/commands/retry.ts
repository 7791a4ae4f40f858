import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addRetry: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('retry')
    .description('Try again at once what failed, and count attempts anew.')
    .argument('<name>', 'the cluster');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const paths = pathsOf(flags, context);
      const { expectKnown, askController } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      await askController(name, { kind: 'retry', reason: null, until: null }, paths, context);
      print(context, `${name}: retry asked for.`);
      return EXIT.asWanted;
    }),
  );
};
