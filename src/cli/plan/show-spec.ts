import { print, say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { complaintLines, complaintsOf, readAsked } from '../files/spec-files.ts';
import { printableJson } from '../render/printable.ts';

/** Prints every good document with all defaults filled in, as YAML or JSON. */
export async function showSpecs(asked: readonly string[], output: string, context: CliContext): Promise<number> {
  const specs: unknown[] = [];
  const complaints: string[] = [];
  for (const path of asked) {
    for (const file of await readAsked(path, context.cwd)) {
      complaints.push(...complaintLines(complaintsOf(file)));
      for (const { spec } of file.documents) if (spec !== null) specs.push(spec);
    }
  }
  for (const line of complaints) say(context, line);
  const { stringify } = await import('yaml');
  if (output === 'json') print(context, printableJson(specs));
  else print(context, specs.map((spec) => stringify(spec, { lineWidth: 0 })).join('---\n'));
  return complaints.length > 0 ? EXIT.badInput : EXIT.asWanted;
}
