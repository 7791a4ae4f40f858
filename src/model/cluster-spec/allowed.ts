import { clusterSpecJsonSchema } from './json-schema.ts';
import type { Path } from './place.ts';

/** The part of a JSON Schema that messages are made of. */
export interface Field {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly additionalProperties?: Field | false;
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
}

let root: Field | null = null;

/** What the schema says of `path`; null when it says nothing. */
export function fieldAt(path: Path): Field | null {
  root ??= clusterSpecJsonSchema() as Field;
  let field: Field | null = root;
  for (const step of path) {
    if (field === null) return null;
    field = unwrap(field);
    if (typeof step === 'number') field = field.items ?? null;
    else if (field.properties && Object.hasOwn(field.properties, step)) field = field.properties[step] ?? null;
    else field = field.additionalProperties || null;
  }
  return field && unwrap(field);
}

/** The JSON type of a field; `null` beside it is left out. */
export function typeOf(field: Field): string {
  const types = Array.isArray(field.type) ? field.type : [field.type];
  return types.find((type) => type !== 'null') ?? 'any';
}

/** What a field takes, for the brackets of a message; empty when its type says it all. */
export function allowedText(field: Field): string {
  if (field.const !== undefined) return String(field.const);
  if (field.enum) return field.enum.map(String).join(', ');
  if (field.minimum !== undefined && field.maximum !== undefined) return `${field.minimum}–${field.maximum}`;
  if (field.examples) return `such as ${field.examples.map(String).join(', ')}`;
  if (field.properties) return `the keys ${Object.keys(field.properties).join(', ')}`;
  if (field.maxLength !== undefined) return `${field.minLength ?? 0}–${field.maxLength} characters`;
  if (field.minLength !== undefined) return `at least ${field.minLength} character`;
  if (field.minItems !== undefined) return `at least ${field.minItems} entry`;
  return '';
}

/** `null` as a second choice tells nothing in a message. */
function unwrap(field: Field): Field {
  const isNullable = field.anyOf?.some((choice) => choice.type === 'null');
  return (isNullable && field.anyOf?.find((choice) => choice.type !== 'null')) || field;
}
