import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput, EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import {
  complaintLines,
  complaintsOf,
  type Place,
  placesOf,
  readAsked,
  readSpecDirectory,
} from '../files/spec-files.ts';
import { readStatus } from '../files/status-files.ts';
import { parseDuration } from '../flags.ts';
import type { Wish } from '../wait/judge-wait.ts';

interface Flags extends PathFlags {
  readonly file?: string;
  readonly for: Wish['for'];
  readonly timeout: number;
}

export const addWait: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('wait')
    .description(
      'Wait until a cluster is Ready as its document now says, or gone. Fails at once when it is stalled or held.',
    )
    .argument('[name]', 'the cluster')
    .option('-f, --file <file>', 'every cluster of this file, in just this version')
    .addOption(new Option('--for <state>', 'what to wait for').choices(['Ready', 'Deleted']).default('Ready'))
    .option('--timeout <duration>', 'give up after this long', parseDuration, 600_000);
  withPaths(command, 'specs', 'status').action(
    action(async (name: string | undefined, flags: Flags) => {
      if ((name === undefined) === (flags.file === undefined))
        throw badInput('wait takes either a NAME or --file FILE');
      const paths = pathsOf(flags, context);
      const wishes = name === undefined ? await fileWishes(flags, context) : [await nameWish(name, flags, paths)];
      const { waitFor } = await import('../wait/wait-for.ts');
      const { timeout: timeoutMs } = flags;
      const waits = wishes.map(({ name, wish }) =>
        waitFor({ name, wish, statusDir: paths.status, timeoutMs }, context),
      );
      const codes = await Promise.all(waits); // as many as a file holds, each a look at a small file
      return codes.find((code) => code !== EXIT.asWanted) ?? EXIT.asWanted;
    }),
  );
};

interface NamedWish {
  readonly name: string;
  readonly wish: Wish;
}

async function wishFor({ document }: Place, flags: Flags): Promise<NamedWish> {
  const { specHashOf } = await import('../../model/desired.ts');
  const specHash = document.spec === null ? null : specHashOf(document.spec);
  return { name: document.name ?? '', wish: { for: flags.for, specHash } };
}

async function fileWishes(flags: Flags, { cwd }: CliContext): Promise<readonly NamedWish[]> {
  const files = await readAsked(flags.file ?? '', cwd);
  const wrong = complaintLines(files.flatMap(complaintsOf));
  if (wrong.length > 0) throw badInput(wrong.join('\n'));
  const places = files.flatMap((file) => file.documents.map((document) => ({ file, document })));
  if (places.length === 0) throw badInput(`${flags.file} declares no cluster`);
  return Promise.all(places.map((place) => wishFor(place, flags)));
}

/** With a document in the specs directory its very version is waited for. */
async function nameWish(name: string, flags: Flags, { specs, status }: Paths): Promise<NamedWish> {
  const [place] = placesOf(await readSpecDirectory(specs), name);
  if (place) return wishFor(place, flags);
  if (flags.for === 'Ready' && (await readStatus(status, name)) === null) {
    throw badInput(`nothing is known of ${name}: no document in ${specs}, no status in ${status}`);
  }
  return { name, wish: { for: flags.for, specHash: null } };
}
