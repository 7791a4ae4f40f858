import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

interface Flags extends PathFlags {
  readonly reason?: string;
}

export const addRebalance: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('rebalance')
    .description('Spread replicated services over the nodes again, one at a time, by their own update policy.')
    .argument('<name>', 'the cluster')
    .option('--reason <text>', 'why, for whoever reads the record');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const paths = pathsOf(flags, context);
      const { askController, expectKnown } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      await askController(name, { kind: 'rebalance', reason: flags.reason ?? null, until: null }, paths, context);
      print(
        context,
        `${name}: rebalance asked for. Services whose tasks are spread unevenly are made anew within maintenance windows; see skep status.`,
      );
      return EXIT.asWanted;
    }),
  );
};
