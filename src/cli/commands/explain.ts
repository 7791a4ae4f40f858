import { type AddCommand, print } from '../command.ts';
import { badInput, EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { isAlive, readController, readStatus } from '../files/status-files.ts';
import { explainText } from '../render/explain.ts';
import { paintFor, widthOf } from '../render/paint.ts';

export const addExplain: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('explain')
    .description('Say in sentences how a cluster is, why, what comes next and what you can do.')
    .argument('<name>', 'the cluster');
  withPaths(command, 'status').action(
    action(async (name: string, flags: PathFlags) => {
      const { stdout, env, clock } = context;
      const { status } = pathsOf(flags, context);
      const file = await readStatus(status, name);
      if (file === null) throw badInput(`no status of ${name} in ${status}`);
      const alive = isAlive(await readController(status), clock.now());
      print(context, explainText(file, { now: clock.now(), alive }, widthOf(stdout, env), paintFor(stdout, env)));
      return EXIT.asWanted;
    }),
  );
};
