import { type AddCommand, print } from '../command.ts';
import { type SyncFlags, syncReady, withSync } from '../edit/sync.ts';
import { badInput } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { printable } from '../render/printable.ts';

type Flags = PathFlags & SyncFlags;

export const addScale: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('scale')
    .description('Set the number of nodes of a pool, in the file.')
    .argument('<name>', 'the cluster')
    .argument('<[pool=]n>', 'e.g. 5 (the first worker pool), web=5 or managers=3');
  withPaths(withSync(command), 'specs', 'status').action(
    action(async (name: string, wish: string, flags: Flags) => {
      const [, pool, count] = /^(?:([a-z0-9-]+)=)?(\d{1,6})$/.exec(wish) ?? [];
      if (count === undefined) throw badInput(`${wish}: allowed is N or POOL=N, e.g. web=5`);
      const [{ findDocument }, { changeDocument, sizeChange }] = await Promise.all([
        import('../edit/find-document.ts'),
        import('../edit/change-document.ts'),
      ]);
      const paths = pathsOf(flags, context);
      const place = await findDocument(name, paths);
      const { spec } = place.document;
      if (spec === null) throw badInput(`the document of ${name} has errors: skep validate ${place.file.path}`);
      const changed = await changeDocument(place, [sizeChange(spec, Number(count), pool ?? null)]);
      print(context, changed.lines.map(printable));
      return syncReady(changed.spec, flags, paths, context);
    }),
  );
};
