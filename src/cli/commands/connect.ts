import { type AddCommand, print, say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';

export const addConnect: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('connect')
    .description(
      'Keep a private socket and a docker context to a cluster open until interrupted. Fails over between managers.',
    )
    .argument('<name>', 'the cluster');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const [{ openCluster }, { contextName, createContext, removeContext }] = await Promise.all([
        import('../swarm/open-cluster.ts'),
        import('../swarm/docker-context.ts'),
      ]);
      const door = await openCluster(name, pathsOf(flags, context), context);
      try {
        await createContext(name, door.path, context);
        try {
          print(context, [
            `docker --context ${contextName(name)} node ls`,
            `or: export DOCKER_HOST=unix://${door.path}`,
          ]);
          say(context, 'Open until interrupted (Ctrl-C).');
          await aborted(context);
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

function aborted({ signal }: CliContext): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
