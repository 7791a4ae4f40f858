import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';

/** Where things lie when nobody says otherwise, by flag name. Each has a variable, e.g. SKEP_SPECS. */
const DEFAULTS = { specs: './clusters', status: './status', state: './.skep' } as const;
const WORDS = {
  specs: 'directory with the ClusterSpec files',
  status: 'directory with the status files',
  state: 'directory for history and intents, or dynamodb://TABLE',
} as const;
type Which = keyof typeof DEFAULTS;

export type PathFlags = { readonly [W in Which]?: string };

/** Adds `--specs`, `--status`, `--state`: those that the command needs. */
export function withPaths(command: Command, ...which: readonly Which[]): Command {
  for (const name of which) {
    const where = `${WORDS[name]} (SKEP_${name.toUpperCase()}, default ${DEFAULTS[name]})`;
    command.option(`--${name} <dir>`, where);
  }
  return command;
}

const TABLE = 'dynamodb://';
/** DynamoDB's rule for names of tables (CreateTable in its API reference). */
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/** Absolute paths from flags, then variables, then defaults. */
export function pathsOf(flags: PathFlags, { env, cwd }: CliContext): Paths {
  const wanted = (name: Which): string => flags[name] ?? env[`SKEP_${name.toUpperCase()}`] ?? DEFAULTS[name];
  const state = wanted('state');
  const paths = { specs: resolve(cwd, wanted('specs')), status: resolve(cwd, wanted('status')) };
  if (!state.startsWith(TABLE)) return { ...paths, state: resolve(cwd, state) };
  const table = state.slice(TABLE.length);
  if (!TABLE_NAME.test(table)) throw badInput(`--state ${state}: allowed is dynamodb:// and the name of a table`);
  return { ...paths, state: resolve(cwd, DEFAULTS.state), table };
}
