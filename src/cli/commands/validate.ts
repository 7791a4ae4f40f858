import type { AddCommand } from '../command.ts';
import { print, say } from '../command.ts';
import { EXIT } from '../exit.ts';
import { complaintLines, complaintsOf, listAsked, readSpecFile, type SpecFile } from '../files/spec-files.ts';
import { printable } from '../render/printable.ts';
import { plural } from '../render/words.ts';

export const addValidate: AddCommand = ({ program, context, action }) => {
  program
    .command('validate')
    .description('Say everything that is wrong with spec files. Touches no controller and no provider.')
    .argument('<path...>', 'files or directories')
    .action(
      action(async (paths: readonly string[]) => {
        const files = await readAll(paths, context.cwd);
        const documents = files.flatMap((file) => file.documents.map((document) => ({ file, document })));
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

async function readAll(paths: readonly string[], cwd: string): Promise<readonly SpecFile[]> {
  const files: SpecFile[] = [];
  for (const path of paths) {
    for (const file of await listAsked(path, cwd)) files.push(await readSpecFile(file, cwd));
  }
  return files;
}

function doubles(
  documents: readonly { readonly file: SpecFile; readonly document: SpecFile['documents'][number] }[],
): string[] {
  const first = new Map<string, string>();
  return documents.flatMap(({ file, document: { name, line } }) => {
    if (name === null) return [];
    const before = first.get(name);
    const place = `${file.shown}:${line}:1`;
    if (before === undefined) first.set(name, place);
    return before === undefined
      ? []
      : [printable(`${place}: ${name} is declared at ${before} too (neither is in force)`)];
  });
}
