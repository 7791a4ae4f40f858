import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { type CliContext, LOG_LEVELS, type LogLevel, type RunOptions } from '../context.ts';
import { badInput } from '../exit.ts';
import { ownerByPaths } from '../files/owner.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { parseCount, parseDuration, parsePositive } from '../flags.ts';

interface Flags extends PathFlags {
  readonly once?: true;
  readonly owner?: string;
  readonly resync?: number;
  readonly deletionGrace?: number;
  readonly maxDeletions?: number;
  readonly workers?: number;
  readonly logLevel?: LogLevel;
  readonly logFormat?: 'json' | 'pretty';
  readonly demo?: true;
}

export const addRun: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('run')
    .description('Run the controller: keep every declared cluster as its file says.')
    .option('--once', 'converge everything, then exit: 0, or 1 with the reasons')
    .option('--owner <id>', 'whose clusters these are (SKEP_OWNER, default: a hash of the specs and status paths)')
    .option('--resync <duration>', 'full look at every cluster this often (SKEP_RESYNC, default 60s)', parseDuration)
    .option(
      '--deletion-grace <duration>',
      'a document must be missing this long (SKEP_DELETION_GRACE, default 30s)',
      parseDuration,
    )
    .option(
      '--max-deletions <n>',
      'deletions in any hour; the rest wait for skep confirm (SKEP_MAX_DELETIONS, default 1)',
      parseCount,
    )
    .option('--workers <n>', 'clusters worked on at a time (SKEP_WORKERS, default 8)', parsePositive)
    .addOption(new Option('--log-level <level>', 'SKEP_LOG_LEVEL, default info').choices([...LOG_LEVELS]))
    .addOption(
      new Option('--log-format <format>', 'SKEP_LOG_FORMAT, default pretty on a terminal').choices(['pretty', 'json']),
    )
    .option('--demo', 'write clusters/demo.yaml when the directory is empty, and draw the clusters');
  withPaths(command, 'specs', 'status', 'state').action(
    action(async (flags: Flags) => {
      const options = runOptions(flags, context);
      if (!flags.demo) return context.runController(options, context.signal);
      const { runDemo } = await import('../live/run-demo.ts');
      return runDemo(options, context);
    }),
  );
};

/** Flags before variables before defaults. */
function runOptions(flags: Flags, context: CliContext): RunOptions {
  const paths = pathsOf(flags, context);
  const { env, stderr } = context;
  const number = (name: string, parse: (text: string) => number): number | undefined => {
    const text = env[name];
    return text === undefined || text === '' ? undefined : parsed(name, text, parse);
  };
  return {
    paths,
    owner: flags.owner ?? (env.SKEP_OWNER || ownerByPaths(paths, context)),
    once: flags.once ?? false,
    resyncMs: flags.resync ?? number('SKEP_RESYNC', parseDuration) ?? 60_000,
    deletionGraceMs: flags.deletionGrace ?? number('SKEP_DELETION_GRACE', parseDuration) ?? 30_000,
    maxDeletions: flags.maxDeletions ?? number('SKEP_MAX_DELETIONS', parseCount) ?? 1,
    workers: flags.workers ?? number('SKEP_WORKERS', parsePositive) ?? 8,
    logLevel: flags.logLevel ?? oneOf('SKEP_LOG_LEVEL', env.SKEP_LOG_LEVEL, LOG_LEVELS) ?? 'info',
    logFormat:
      flags.logFormat ??
      oneOf('SKEP_LOG_FORMAT', env.SKEP_LOG_FORMAT, ['json', 'pretty'] as const) ??
      (stderr.isTTY ? 'pretty' : 'json'),
    logToFile: flags.demo === true,
  };
}

function oneOf<T extends string>(name: string, text: string | undefined, allowed: readonly T[]): T | undefined {
  if (text === undefined || text === '') return undefined;
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw badInput(`${name}=${text}: allowed are ${allowed.join(', ')}`);
  return found;
}

function parsed(name: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (error) {
    throw badInput(`${name}=${text}: ${(error as Error).message}`);
  }
}
