import { type AddCommand, print } from '../command.ts';
import type { CliContext, Paths } from '../context.ts';
import { type SyncFlags, withSync } from '../edit/sync.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { placesOf, readSpecDirectory } from '../files/spec-files.ts';
import { printable } from '../render/printable.ts';

type Flags = PathFlags & SyncFlags;

export const addRm: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('rm')
    .description('Delete a cluster: takes its document out of its file and confirms the deletion, in one go.')
    .argument('<name>', 'the cluster');
  withPaths(withSync(command, 'gone'), 'specs', 'status', 'state').action(
    action(async (name: string, flags: Flags) => {
      const paths = pathsOf(flags, context);
      const { expectKnown, askController } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      await removeFromFile(name, paths, context);
      // In this order: a crash in between leaves an unconfirmed deletion, never a confirmed one with its document there.
      await askController(name, { kind: 'confirm', reason: 'skep rm', until: null }, paths, context);
      print(context, `${name}: its deletion is confirmed.`);
      if (!flags.sync) return EXIT.asWanted;
      const { waitFor } = await import('../wait/wait-for.ts');
      const wish = { for: 'Deleted', specHash: null } as const;
      return waitFor({ name, wish, statusDir: paths.status, timeoutMs: flags.timeout }, context);
    }),
  );
};

async function removeFromFile(name: string, paths: Paths, context: CliContext): Promise<void> {
  if (placesOf(await readSpecDirectory(paths.specs), name).length === 0) {
    return print(context, `${name}: no document declares it any more.`);
  }
  const [{ findDocument }, { dropDocument }] = await Promise.all([
    import('../edit/find-document.ts'),
    import('../edit/drop-document.ts'),
  ]);
  const place = await findDocument(name, paths);
  const done = await dropDocument(place);
  print(
    context,
    printable(done === 'file' ? `${place.file.shown}: removed.` : `${place.file.shown}: its document is taken out.`),
  );
}
