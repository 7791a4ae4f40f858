import { type AddCommand, print } from '../command.ts';
import type { CliContext, Paths } from '../context.ts';
import { type SyncFlags, syncReady, withSync } from '../edit/sync.ts';
import { badInput } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { allPlaces, placesOf, readSpecDirectory } from '../files/spec-files.ts';
import { type ProviderFlag, parseCount, providerOption } from '../flags.ts';
import { printable } from '../render/printable.ts';

interface Flags extends PathFlags, SyncFlags, ProviderFlag {
  readonly size?: number;
}

export const addUp: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('up')
    .description('Have a cluster of this size: declares it when it is not there, else sets its first worker pool.')
    .argument('[name]', 'its name (default: the only one there is, else demo)')
    .option('--size <n>', 'nodes of the first worker pool', parseCount)
    .addOption(providerOption().default(undefined, 'local'));
  withPaths(withSync(command), 'specs', 'status').action(
    action(async (given: string | undefined, flags: Flags) => {
      const paths = pathsOf(flags, context);
      const name = given ?? (await onlyName(paths));
      const isThere = placesOf(await readSpecDirectory(paths.specs), name).length > 0;
      return isThere ? resize(name, flags, paths, context) : begin(name, flags, paths, context);
    }),
  );
};

async function onlyName({ specs }: Paths): Promise<string> {
  const names = allPlaces(await readSpecDirectory(specs)).flatMap(({ document }) => document.name ?? []);
  if (names.length > 1) throw badInput(`which one? ${names.join(', ')}`);
  return names[0] ?? 'demo';
}

async function begin(name: string, flags: Flags, paths: Paths, context: CliContext): Promise<number> {
  const { createCluster } = await import('../edit/create-cluster.ts');
  const { provider = null, size = null } = flags;
  return createCluster({ name, provider, size, managers: null, from: null, changes: [] }, flags, paths, context);
}

async function resize(name: string, flags: Flags, paths: Paths, context: CliContext): Promise<number> {
  const [{ findDocument }, { changeDocument, sizeChange }] = await Promise.all([
    import('../edit/find-document.ts'),
    import('../edit/change-document.ts'),
  ]);
  const place = await findDocument(name, paths);
  const { spec } = place.document;
  if (spec === null) throw badInput(`the document of ${name} has errors: skep validate ${place.file.path}`);
  if (flags.provider && flags.provider !== spec.spec.provider) {
    throw badInput(`${name} is ${spec.spec.provider}; a living cluster cannot become ${flags.provider}`);
  }
  const changes = flags.size === undefined ? [] : [sizeChange(spec, flags.size)];
  const { spec: after, lines } = await changeDocument(place, changes);
  print(context, lines.length > 0 ? lines.map(printable) : `${name} is declared already.`);
  return syncReady(after, flags, paths, context);
}
