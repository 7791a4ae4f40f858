import { type AddCommand, print, say } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { complaintLines } from '../files/spec-files.ts';
import { outputOption } from '../flags.ts';
import { isPending, type Planned } from '../plan/planned.ts';

interface Flags extends PathFlags {
  readonly output: 'text' | 'json' | 'markdown';
  readonly detailedExitcode?: true;
  readonly showSpec?: true;
  readonly observed?: string;
}

export const addPlan: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('plan')
    .description('Show what the controller would do, step by step, and why. Reads only.')
    .argument('[file...]', 'spec files or directories (default: all of --specs)')
    .addOption(outputOption('text', 'json', 'markdown'))
    .option('--detailed-exitcode', 'exit 3 when changes are pending (terraform uses 2 there; here 2 is bad input)')
    .option('--show-spec', 'print the documents with every default filled in, and plan nothing')
    .option(
      '--observed <path>',
      'take the world from a status file, or from a directory of them: needs no controller and no credentials',
    );
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (files: readonly string[], flags: Flags) => {
      const paths = pathsOf(flags, context);
      if (flags.showSpec) {
        const { showSpecs } = await import('../plan/show-spec.ts');
        return showSpecs(files.length === 0 ? [paths.specs] : files, flags.output, context);
      }
      const { collectPlans } = await import('../plan/collect.ts');
      const { plans, complaints } = await collectPlans({ files, observed: flags.observed ?? null }, paths, context);
      for (const line of complaintLines(complaints)) say(context, line);
      await show(plans, flags.output, context);
      if (complaints.length > 0) return EXIT.badInput;
      if (plans.some(({ blind }) => blind.length > 0)) {
        say(
          context,
          flags.observed === undefined
            ? 'Some looks failed. With --observed STATUS.json a plan needs no provider.'
            : 'Some looks had failed when that status was written: take a later one.',
        );
        return EXIT.trouble;
      }
      return flags.detailedExitcode && plans.some(isPending) ? EXIT.pending : EXIT.asWanted;
    }),
  );
};

async function show(plans: readonly Planned[], output: Flags['output'], context: CliContext): Promise<void> {
  const { stdout, env } = context;
  if (output === 'json') {
    const [{ planJson }, { printableJson }] = await Promise.all([
      import('../render/plan-json.ts'),
      import('../render/printable.ts'),
    ]);
    return print(context, printableJson(planJson(plans)));
  }
  if (output === 'markdown') {
    const { planMarkdown } = await import('../render/plan-markdown.ts');
    return print(context, planMarkdown(plans));
  }
  const [{ planText }, { paintFor, widthOf }] = await Promise.all([
    import('../render/plan-text.ts'),
    import('../render/paint.ts'),
  ]);
  print(context, planText(plans, widthOf(stdout, env), paintFor(stdout, env)));
}
