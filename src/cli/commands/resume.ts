import { type AddCommand, print, say } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { placesOf, readSpecDirectory } from '../files/spec-files.ts';

export const addResume: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('resume')
    .description('End a pause that skep pause began.')
    .argument('<name>', 'the cluster');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (name: string, flags: PathFlags) => {
      const paths = pathsOf(flags, context);
      const { expectKnown, askController } = await import('../intents/ask-controller.ts');
      await expectKnown(name, paths);
      await askController(name, { kind: 'resume', reason: null, until: null }, paths, context);
      print(context, `${name}: resume asked for.`);
      const places = placesOf(await readSpecDirectory(paths.specs), name);
      if (places.some(({ document }) => document.spec?.spec.paused)) {
        say(context, `Its document says spec.paused: true; that needs: skep update ${name} --set spec.paused=false`);
      }
      return EXIT.asWanted;
    }),
  );
};
