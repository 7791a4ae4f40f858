import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addConfirm: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('confirm')
    .description('Release a held deletion: the document is gone, and the cluster may go too.')
    .argument('<name>', 'the cluster');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const paths = pathsOf(flags, context);
      const { expectKnown, askController } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      await askController(name, { kind: 'confirm', reason: null, until: null }, paths, context);
      print(context, `${name}: confirmed. It counts only while its document is gone.`);
      return EXIT.asWanted;
    }),
  );
};
