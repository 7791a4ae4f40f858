import type { AddCommand } from '../command.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addDocker: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('docker')
    .description(
      "Run docker against any manager of a cluster that answers, e.g. skep docker demo -- node ls. Exits with docker's code.",
    )
    .argument('<name>', 'the cluster')
    .argument('[args...]', 'what follows --');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, args: readonly string[], flags: PathFlags) => {
      const [{ openCluster }, { runDocker }] = await Promise.all([
        import('../swarm/open-cluster.ts'),
        import('../swarm/run-docker.ts'),
      ]);
      const door = await openCluster(name, pathsOf(flags, context), context);
      try {
        return await runDocker(door.path, args, context);
      } finally {
        await door.close();
      }
    }),
  );
};
