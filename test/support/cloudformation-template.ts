import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';

export type Template = Readonly<Record<string, unknown>> & {
  readonly Parameters: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
};

/** A shipped template's text. */
export const templateText = (name: 'account' | 'base' | 'pool'): string =>
  readFileSync(new URL(`../../manifests/cloudformation/${name}.yaml`, import.meta.url), 'utf8');

/** With short forms (`!Ref x`) as the long ones that they stand for. */
export const readTemplate = (name: 'account' | 'base' | 'pool'): Template =>
  parse(templateText(name), { customTags: TAGS }) as Template;

const short = (name: string, key: string) => {
  const tag = `!${name}`;
  const dotted = (value: unknown) =>
    name === 'GetAtt' && typeof value === 'string' ? value.split(/\.(.*)/s).slice(0, 2) : value;
  return [
    { tag, resolve: (value: string) => ({ [key]: dotted(value) }) },
    { tag, collection: 'seq' as const, resolve: (items: { toJSON(): unknown }) => ({ [key]: items.toJSON() }) },
  ] as unknown as ScalarTag[];
};
const TAGS = [
  ...short('Ref', 'Ref'),
  ...['Sub', 'GetAtt', 'Join', 'Select', 'Split', 'Cidr', 'GetAZs', 'If', 'Equals', 'Not'].flatMap((name) =>
    short(name, `Fn::${name}`),
  ),
] as ScalarTag[];
