import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addRollout: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('rollout')
    .description('Go on with the rollout in progress: outside maintenance windows, without settling, though aborted.')
    .argument('<name>', 'the cluster')
    .requiredOption('--now', 'do not wait; counts until the rollout is over or the document changes');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const paths = pathsOf(flags, context);
      const { askController, documentSeen, expectKnown } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      const specHash = await documentSeen(name, paths);
      await askController(name, { kind: 'rollout', reason: null, until: null, specHash }, paths, context);
      print(context, `${name}: rollout now asked for. It ends when all is as declared, or with a changed document.`);
      return EXIT.asWanted;
    }),
  );
};
