import { canonicalJson, sha256 } from '../../../model/hash.ts';
import type { Stack } from './stacks.ts';

/** What a stack is to be. */
export interface StackWish {
  readonly name: string;
  /** The template that it is made from. It keeps that one for life, whatever later versions of skep bring. */
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** How a stack differs from what it is to be, for people. Parameters that its own template does not have are none of it. */
export function differencesFrom(stack: Stack, { parameters, tags }: StackWish): readonly string[] {
  const different = (what: string, there: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) =>
    Object.entries(there)
      .filter(([key, value]) => key in wanted && wanted[key] !== value)
      .map(
        ([key, value]) => `${stack.name}: ${what} ${key} is ${value || 'empty'}, declared ${wanted[key] || 'empty'}`,
      );
  const missing = Object.keys(tags).filter((key) => !(key in stack.tags));
  const surplus = Object.keys(stack.tags).filter((key) => !(key in tags) && !key.startsWith('aws:'));
  return [
    ...different('parameter', stack.parameters, parameters),
    ...different('tag', stack.tags, tags),
    ...missing.map((key) => `${stack.name}: tag ${key} is missing`),
    ...surplus.map((key) => `${stack.name}: tag ${key} is not declared`),
  ];
}

/**
 * Names the change that makes `stack` what is wished; the same change has the same name, whoever asks for it again.
 * CloudFormation keeps it as the change set's name, and with every event that comes of it.
 */
export function changeName({ parameters, tags }: StackWish, stack: Stack | null): string {
  const from = stack ? { parameters: stack.parameters, tags: stack.tags } : null;
  return `skep-${sha256(canonicalJson({ parameters, tags, from })).slice(0, 20)}`;
}
