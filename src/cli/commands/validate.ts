import type { AddCommand } from '../command.ts';
import { print, say } from '../command.ts';
import { EXIT } from '../exit.ts';
import {
  allPlaces,
  complaintLines,
  complaintsOf,
  describePlace,
  type Place,
  readAsked,
  type SpecFile,
} from '../files/spec-files.ts';
import { printable } from '../render/printable.ts';
import { plural } from '../render/words.ts';

export const addValidate: AddCommand = ({ program, context, action }) => {
  program
    .command('validate')
    .description('Say everything that is wrong with spec files. Touches no controller and no provider.')
    .argument('<path...>', 'files or directories')
    .action(
      action(async (paths: readonly string[]) => {
        const files: SpecFile[] = [];
        for (const path of paths) files.push(...(await readAsked(path, context.cwd)));
        const documents = allPlaces(files);
        const wrong = [...complaintLines(files.flatMap(complaintsOf)), ...doubles(documents)];
        print(context, wrong);
        for (const { document } of documents)
          for (const warning of document.warnings) say(context, `${document.name}: ${warning}`);
        if (wrong.length > 0) {
          say(context, `${plural(wrong.length, 'complaint')} in ${plural(files.length, 'file')}.`);
          return EXIT.badInput;
        }
        print(context, `${plural(documents.length, 'document')} in ${plural(files.length, 'file')}: good.`);
        return EXIT.asWanted;
      }),
    );
};

function doubles(places: readonly Place[]): string[] {
  const first = new Map<string, string>();
  return places.flatMap((place) => {
    const { name } = place.document;
    if (name === null) return [];
    const before = first.get(name);
    if (before === undefined) first.set(name, describePlace(place));
    const message = `${describePlace(place)}:1: ${name} is declared at ${before} too (neither is in force)`;
    return before === undefined ? [] : [printable(message)];
  });
}
