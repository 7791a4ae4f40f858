import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** What a command's file gets to add itself with. */
export interface Face {
  readonly program: Command;
  readonly context: CliContext;
  /** Wraps an action so that the number it returns becomes the exit code. */
  action<A extends readonly unknown[]>(run: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

export type AddCommand = (face: Face) => void;

/** Progress, warnings and errors: one line to stderr. */
export const say = ({ stderr }: CliContext, line: string): void => stderr.write(`${line}\n`);

/** Results: lines to stdout. */
export function print({ stdout }: CliContext, lines: readonly string[] | string): void {
  const text = typeof lines === 'string' ? lines : lines.join('\n');
  if (text !== '') stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
