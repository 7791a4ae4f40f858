import { type AddCommand, print } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { outputOption, parseCount, parsePositive } from '../flags.ts';

interface Flags {
  readonly schedules: number;
  readonly seed: number;
  readonly output: 'text' | 'json';
}

export const addSimulate: AddCommand = ({ program, context, action }) => {
  program
    .command('simulate')
    .description(
      'Live through a cluster in a simulated world while machines, calls and controllers fail, in virtual time. ' +
        'A document that follows one of the same name is its next version: `skep simulate now.yaml next.yaml` rehearses an upgrade.',
    )
    .argument('<file...>', 'spec files or directories, earlier versions first')
    .option('--schedules <n>', 'how many different courses of events', parsePositive, 20)
    .option('--seed <n>', 'of the first schedule; each further one has the next', parseCount, 1)
    .addOption(outputOption('text', 'json'))
    .addHelpText(
      'after',
      '\nExit 1 when an invariant of skep itself was broken; its trace is printed. A hold is no such thing.',
    )
    .action(
      action(async (files: readonly string[], { schedules, seed, output }: Flags) => {
        const { rehearseAll } = await import('../simulate/rehearse-all.ts');
        const report = await rehearseAll(files, { schedules, seed }, context);
        if (report === null) return EXIT.badInput;
        await show(report, output, context);
        return report.clusters.some(({ broken }) => broken.length > 0) ? EXIT.trouble : EXIT.asWanted;
      }),
    );
};

type Report = NonNullable<Awaited<ReturnType<typeof import('../simulate/rehearse-all.ts').rehearseAll>>>;

async function show(report: Report, output: Flags['output'], context: CliContext): Promise<void> {
  const { stdout, env } = context;
  if (output === 'json') {
    const { printableJson } = await import('../render/printable.ts');
    return print(context, printableJson(report));
  }
  const [{ simulationText }, { paintFor, widthOf }] = await Promise.all([
    import('../render/simulation-text.ts'),
    import('../render/paint.ts'),
  ]);
  print(context, simulationText(report, widthOf(stdout, env), paintFor(stdout, env)));
}
