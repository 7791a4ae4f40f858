import { InvalidArgumentError, Option } from 'commander';
import { DURATION_PATTERN, durationMs } from '../model/cluster-spec/duration.ts';
import { PROVIDER_KINDS, type ProviderKind } from '../model/ids.ts';

/** Parsers of flags and arguments. Each says what is allowed; commander turns that into exit code 2. */

export function parseDuration(text: string): number {
  if (!DURATION_PATTERN.test(text)) throw new InvalidArgumentError('Allowed: a duration such as 30s, 15m, 1h30m.');
  return durationMs(text);
}

export function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Allowed: a whole number, 0 or more.');
  return Number(text);
}

export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) throw new InvalidArgumentError('Allowed: a whole number, 1 or more.');
  return count;
}

/** A list given as `a,b`: one of them is to be taken. */
export function outputOption(...formats: readonly string[]): Option {
  const [first = 'text'] = formats;
  return new Option('-o, --output <format>', 'form of the result').choices([...formats]).default(first);
}

export function providerOption(): Option {
  return new Option('--provider <kind>', 'where it runs').choices([...PROVIDER_KINDS]);
}

export type ProviderFlag = { readonly provider?: ProviderKind };

export function parseSet(text: string, before: readonly Assignment[]): readonly Assignment[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Allowed: path=value, e.g. spec.managers.count=3.');
  return [...before, { path: text.slice(0, at), value: text.slice(at + 1) }];
}

/** `--set path=value`, the value still being text. */
export interface Assignment {
  readonly path: string;
  readonly value: string;
}
