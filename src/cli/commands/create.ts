import type { AddCommand } from '../command.ts';
import { type SyncFlags, withSync } from '../edit/sync.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { type Assignment, type ProviderFlag, parseCount, parseSet, providerOption } from '../flags.ts';

interface Flags extends PathFlags, SyncFlags, ProviderFlag {
  readonly managerSize?: number;
  readonly clusterSize?: number;
  readonly from?: string;
  readonly set: readonly Assignment[];
}

export const addCreate: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('create')
    .description('Declare a cluster: writes <specs>/<name>.yaml. A running controller does the rest.')
    .argument('<name>', 'its name, a DNS label')
    .addOption(providerOption().default(undefined, 'local'))
    .option('--managers, --manager-size <n>', 'managers: 1, 3, 5 or 7 (default 1)', parseCount)
    .option('--size, --cluster-size <n>', 'nodes of the first worker pool (default 2)', parseCount)
    .option('--from <file>', 'begin with this document instead of a plain one')
    .option('--set <path=value>', 'set a field, e.g. spec.rollout.drainTimeout=5m; may be repeated', parseSet, []);
  withPaths(withSync(command), 'specs', 'status').action(
    action(async (name: string, flags: Flags) => {
      const [{ parseChanges }, { createCluster }] = await Promise.all([
        import('../edit/change-document.ts'),
        import('../edit/create-cluster.ts'),
      ]);
      const { provider = null, managerSize: managers = null, clusterSize: size = null, from = null } = flags;
      const wanted = { name, provider, managers, size, from, changes: parseChanges(flags.set) };
      return createCluster(wanted, flags, pathsOf(flags, context), context);
    }),
  );
};
