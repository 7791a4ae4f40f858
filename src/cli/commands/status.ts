import { type AddCommand, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { badInput, EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { type Fleet, readFleet } from '../files/status-files.ts';
import { outputOption } from '../flags.ts';
import { drawTree } from '../render/branch.ts';
import { fleetTree } from '../render/fleet-tree.ts';
import { paintFor, tableWidthOf, widthOf } from '../render/paint.ts';
import { wideTables } from '../render/wide.ts';

interface Flags extends PathFlags {
  readonly output: 'tree' | 'wide' | 'json' | 'yaml';
  readonly watch?: true;
  readonly all?: true;
}

export const addStatus: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('status')
    .description('Show how clusters are, trouble first. Reads the status files: no controller needed.')
    .argument('[name]', 'one cluster (default: all)')
    .addOption(outputOption('tree', 'wide', 'json', 'yaml'))
    .option('-a, --all', 'open every cluster, also those without trouble')
    .option('-w, --watch', 'go on showing, with progress per node, until interrupted');
  withPaths(command, 'status').action(
    action(async (name: string | undefined, flags: Flags) => {
      const { status } = pathsOf(flags, context);
      if (flags.watch) {
        const { watchStatus } = await import('../live/watch-status.ts');
        return watchStatus({ statusDir: status, name: name ?? null, all: flags.all ?? false }, context);
      }
      const fleet = await readFleet(status);
      await show(name === undefined ? fleet : only(fleet, name, status), flags, name ?? null, context);
      return EXIT.asWanted;
    }),
  );
};

/** One cluster's part of a fleet. */
function only(fleet: Fleet, name: string, statusDir: string): Fleet {
  const clusters = fleet.clusters.filter((file) => file.metadata.name === name);
  if (clusters.length > 0) return { ...fleet, clusters, source: null, unreadable: [] };
  const known = fleet.clusters.map((file) => file.metadata.name).join(', ') || 'none';
  throw badInput(`no status of ${name} in ${statusDir} (there: ${known})`);
}

async function show(fleet: Fleet, flags: Flags, name: string | null, context: CliContext): Promise<void> {
  const { stdout, env, clock } = context;
  const width = widthOf(stdout, env);
  const paint = paintFor(stdout, env);
  if (flags.output === 'tree') {
    return print(context, drawTree(fleetTree(fleet, { now: clock.now(), all: flags.all ?? false }), width, paint));
  }
  if (flags.output === 'wide') return print(context, wideTables(fleet.clusters, tableWidthOf(stdout, env)));
  const list = { apiVersion: 'skep/v1alpha1', kind: 'ClusterStatusList', items: fleet.clusters };
  const value = name === null ? list : fleet.clusters[0];
  const { printableJson, printableYaml } = await import('../render/printable.ts');
  print(context, flags.output === 'json' ? printableJson(value) : await printableYaml(value));
}
