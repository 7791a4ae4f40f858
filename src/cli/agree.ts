import { print } from './command.ts';
import type { CliContext } from './context.ts';
import { EXIT, Refusal } from './exit.ts';
import { printable } from './render/printable.ts';

export interface Agreement {
  readonly name: string;
  /** What is done, in its order, each in a line. */
  readonly steps: readonly string[];
  /** `--yes-i-know`: the name again. */
  readonly said: string | undefined;
}

/** Says every step and goes on only when somebody says yes: at the terminal, or in advance with the cluster's name. */
export async function agree({ name, steps, said }: Agreement, context: CliContext): Promise<void> {
  print(
    context,
    steps.map((step, i) => printable(`  ${i + 1}. ${step}`)),
  );
  if (said !== undefined) {
    if (said === name) return;
    throw new Refusal(`--yes-i-know ${said} is not ${name}: nothing was done.`, EXIT.badInput);
  }
  const answer = await context.ask(`Do this to ${name}? Only yes is taken for one: `);
  if (answer?.trim() === 'yes') return;
  const how = answer === null ? ` Where nobody can be asked: --yes-i-know ${name}.` : '';
  throw new Refusal(`No yes: nothing was done.${how}`);
}
