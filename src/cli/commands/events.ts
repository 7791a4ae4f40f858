import { describeDuration } from '../../model/cluster-spec/duration.ts';
import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { readFleet } from '../files/status-files.ts';
import { outputOption } from '../flags.ts';
import { printable, printableJson } from '../render/printable.ts';
import { dayAndTime } from '../render/time.ts';

interface Flags extends PathFlags {
  readonly output: 'text' | 'json';
}

export const addEvents: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('events')
    .description('What was changed, oldest first, with how long it took and how it ended.')
    .argument('[name]', 'one cluster (default: all)')
    .addOption(outputOption('text', 'json'));
  withPaths(command, 'status').action(
    action(async (name: string | undefined, flags: Flags) => {
      const { clusters } = await readFleet(pathsOf(flags, context).status);
      const events = clusters
        .filter((file) => name === undefined || file.metadata.name === name)
        .flatMap(({ metadata, status }) => status.history.map((entry) => ({ cluster: metadata.name, ...entry })))
        .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
      if (flags.output === 'json') print(context, printableJson({ kind: 'EventList', items: events }));
      else {
        const lines = events.map(({ at, cluster, change, durationMs, result }) =>
          printable(
            `${dayAndTime(Date.parse(at))} ${cluster}  ${change}  ${result} after ${describeDuration(durationMs)}`,
          ),
        );
        print(context, lines);
      }
      return EXIT.asWanted;
    }),
  );
};
