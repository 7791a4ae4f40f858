import type { z } from 'zod';
import { allowedText, type Field, fieldAt, typeOf } from './allowed.ts';
import type { Complain, Located } from './locate.ts';
import { keyOffset, offsetAt, type Path, partAt, pathText } from './place.ts';
import { shorten } from './shorten.ts';
import { nearest } from './suggest.ts';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

/** Says every finding of the schema in words, each where it is written; of several about one value only the first. */
export function complainOfIssues(issues: readonly z.core.$ZodIssue[], root: Located, complain: Complain): void {
  const seen = new Set<string>();
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) complain(keyOffset(root, [...path, key]) ?? root.at, unknownKey(key, path));
      continue;
    }
    const text = pathText(path);
    const part = partAt(root, path);
    if (seen.has(text) || part?.refused) continue;
    seen.add(text);
    if (issue.code === 'invalid_key') {
      complain(keyOffset(root, path) ?? root.at, `${text}: ${issue.issues[0]?.message ?? 'this key is not allowed'}`);
    } else complain(offsetAt(root, path), valueMessage(issue, path, part));
  }
}

function unknownKey(key: string, path: Path): string {
  const known = Object.keys(fieldAt(path)?.properties ?? {});
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`;
  return `unknown key ${JSON.stringify(shorten(key))}${where}${inBrackets(known.join(', '), didYouMean(key, known))}`;
}

function valueMessage(issue: z.core.$ZodIssue, path: Path, part: Located | null): string {
  const name = path.length === 0 ? 'the document' : pathText(path);
  const field = fieldAt(path) ?? {};
  if (part === null) return `${name} is missing${inBrackets(allowedText(field))}`;
  if (!hasType(part.value, typeOf(field))) return `${name}: ${wrongType(part.value, field)}`;
  const found = describe(part.value);
  switch (issue.code) {
    case 'custom':
      return `${name}: ${issue.message}`;
    case 'invalid_format':
      return `${name}: ${found} is not allowed (allowed: ${issue.message})`;
    default: {
      const hint = didYouMean(part.value, [field.const ?? [], field.enum ?? []].flat().map(String));
      return `${name}: ${found} is not allowed${inBrackets(allowedText(field), hint)}`;
    }
  }
}

function wrongType(value: unknown, field: Field): string {
  const expected = TYPE_NAMES[typeOf(field)] ?? 'something else';
  const quotes = typeOf(field) === 'string' && ['number', 'boolean'].includes(typeof value);
  const hint = quotes ? 'put it in quotes' : '';
  return `expected ${expected}, found ${describeWithType(value)}${inBrackets(allowedText(field), hint)}`;
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'any':
      return true;
    default:
      return Object.is(typeof value, type); // string, number and boolean are called the same in both
  }
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

function describeWithType(value: unknown): string {
  if (typeof value === 'string') return `the string ${describe(value)}`;
  return typeof value === 'number' ? `the number ${value}` : describe(value);
}

/** ` (allowed: …; hint)`; empty when there is nothing to say. */
function inBrackets(allowed: string, hint = ''): string {
  const parts = [allowed === '' ? '' : `allowed: ${allowed}`, hint].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function didYouMean(wrong: unknown, candidates: readonly string[]): string {
  const meant = typeof wrong === 'string' ? nearest(wrong, candidates) : null;
  return meant === null ? '' : `did you mean ${JSON.stringify(meant)}?`;
}
