import { type AddCommand, print, say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addConnect: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('connect')
    .description(
      'Keep a private socket and a docker context to a cluster open until interrupted, or until the cluster is deleted. Fails over between managers.',
    )
    .argument('<name>', 'the cluster');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const [{ openCluster }, { contextName, createContext, removeContext }] = await Promise.all([
        import('../swarm/open-cluster.ts'),
        import('../swarm/docker-context.ts'),
      ]);
      const paths = pathsOf(flags, context);
      const door = await openCluster(name, paths, context);
      try {
        await createContext(name, door.path, context);
        try {
          print(context, [
            `docker --context ${contextName(name)} node ls`,
            `or: export DOCKER_HOST=unix://${door.path}`,
          ]);
          say(context, 'Open until interrupted (Ctrl-C).');
          if (await untilDeleted(name, paths.status, context)) say(context, `${name} was deleted.`);
        } finally {
          await removeContext(name, context);
        }
      } finally {
        await door.close();
      }
      return EXIT.asWanted;
    }),
  );
};

/** False: it was interrupted. A context must not outlive its cluster. */
async function untilDeleted(name: string, statusDir: string, { clock, signal }: CliContext): Promise<boolean> {
  const { fleetLooks } = await import('../live/looks.ts');
  for await (const { clusters } of fleetLooks({ statusDir, clock, signal })) {
    if (clusters.some((file) => file.metadata.name === name && file.status.phase === 'Deleted')) return true;
  }
  return false;
}
