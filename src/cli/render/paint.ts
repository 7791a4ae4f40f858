import pc from 'picocolors';
import type { CliContext, Output } from '../context.ts';

export type Tone = 'bad' | 'warn' | 'busy' | 'good' | 'plain' | 'dim';
export type Paint = (tone: Tone, text: string) => string;

/** Colour only on a terminal, and not where NO_COLOR is set or the terminal is `dumb`. */
function hasColour(output: Output, env: CliContext['env']): boolean {
  return output.isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
}

export function createPaint(colour: boolean): Paint {
  const { red, yellow, cyan, green, dim } = pc.createColors(colour);
  const tones: Record<Tone, (text: string) => string> = {
    bad: red,
    warn: yellow,
    busy: cyan,
    good: green,
    plain: (text) => text,
    dim,
  };
  return (tone, text) => (text === '' ? '' : tones[tone](text));
}

export const noPaint: Paint = (_tone, text) => text;

export const paintFor = (output: Output, env: CliContext['env']): Paint => createPaint(hasColour(output, env));

/** Room for a line: the terminal's, else 80; `COLUMNS` overrules. Never under 40. */
export function widthOf(output: Output, env: CliContext['env']): number {
  const wanted = Number(env.COLUMNS);
  const width = Number.isInteger(wanted) && wanted > 0 ? wanted : (output.columns() ?? 80);
  return Math.max(40, width);
}

/** Tables are cut on a terminal only: what reads them elsewhere wants all of it. */
export const tableWidthOf = (output: Output, env: CliContext['env']): number =>
  output.isTTY ? widthOf(output, env) : Number.POSITIVE_INFINITY;
