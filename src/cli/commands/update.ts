import { type AddCommand, print } from '../command.ts';
import { type SyncFlags, syncReady, withSync } from '../edit/sync.ts';
import { badInput } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { type Assignment, parseSet } from '../flags.ts';
import { printable } from '../render/printable.ts';

interface Flags extends PathFlags, SyncFlags {
  readonly set: readonly Assignment[];
}

export const addUpdate: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('update')
    .description(
      'Set fields of a cluster in its file, keeping comments. Nothing is written when the result would be wrong.',
    )
    .argument('<name>', 'the cluster')
    .option(
      '--set <path=value>',
      'e.g. spec.managers.count=3, workers.web.count=5, metadata.labels.env=prod; may be repeated',
      parseSet,
      [],
    );
  withPaths(withSync(command), 'specs', 'status').action(
    action(async (name: string, flags: Flags) => {
      if (flags.set.length === 0) throw badInput('nothing to set: give --set path=value');
      const [{ findDocument }, { changeDocument, parseChanges }] = await Promise.all([
        import('../edit/find-document.ts'),
        import('../edit/change-document.ts'),
      ]);
      const paths = pathsOf(flags, context);
      const { spec, lines } = await changeDocument(await findDocument(name, paths), parseChanges(flags.set));
      print(context, lines.map(printable));
      return syncReady(spec, flags, paths, context);
    }),
  );
};
