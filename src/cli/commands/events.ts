import { Option } from 'commander';
import { type AddCommand, print } from '../command.ts';
import { readLog } from '../events/read-log.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { outputOption, parsePositive } from '../flags.ts';
import { printable, printableJson } from '../render/printable.ts';
import { dayAndTime } from '../render/time.ts';

interface Flags extends PathFlags {
  readonly output: 'text' | 'json';
  readonly limit: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

export const addEvents: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('events')
    .description(
      'What happened, oldest first. From the history in --state; without one, the last changes of each status.',
    )
    .argument('[name]', 'one cluster (default: all)')
    .option('--limit <n>', 'the latest so many', parsePositive, 100)
    .addOption(new Option('--level <level>', 'at least').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .addOption(outputOption('text', 'json'));
  withPaths(command, 'status', 'state').action(
    action(async (name: string | undefined, flags: Flags) => {
      const { level, limit } = flags;
      const events = await readLog({ cluster: name ?? null, level, limit }, pathsOf(flags, context), context);
      if (flags.output === 'json') {
        const items = events.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest }));
        print(context, printableJson({ apiVersion: 'skep/v1alpha1', kind: 'EventList', items }));
      } else {
        const lines = events.map(
          ({ at, cluster, code, text }) => `${dayAndTime(at)} ${cluster ?? '-'}  ${text}  ${code}`,
        );
        print(
          context,
          lines.map((line) => printable(line.trimEnd())),
        );
      }
      return EXIT.asWanted;
    }),
  );
};
