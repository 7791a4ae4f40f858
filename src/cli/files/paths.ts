import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext, Paths } from '../context.ts';

/** Where things lie when nobody says otherwise, by flag name. Each has a variable, e.g. SKEP_SPECS. */
const DEFAULTS = { specs: './clusters', status: './status', state: './.skep' } as const;
const WORDS = {
  specs: 'directory with the ClusterSpec files',
  status: 'directory with the status files',
  state: 'directory for history and intents',
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

/** Absolute paths from flags, then variables, then defaults. */
export function pathsOf(flags: PathFlags, { env, cwd }: CliContext): Paths {
  const pick = (name: Which): string =>
    resolve(cwd, flags[name] ?? env[`SKEP_${name.toUpperCase()}`] ?? DEFAULTS[name]);
  return { specs: pick('specs'), status: pick('status'), state: pick('state') };
}
