import { EVENTS, type EventCode } from '../../src/base/events.ts';
import { clusterSpecJsonSchema } from '../../src/model/cluster-spec/json-schema.ts';
import { STACK_ANSWERS, type StackAnswer } from '../../src/providers/aws/cloudformation/stack-status.ts';

/** Pages that are written from the program itself. Pure: the tests compare them with the files in docs/. */

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Every field of a ClusterSpec, `[]` for each entry of a list. */
export function specFields(): readonly Field[] {
  return fieldsOf(clusterSpecJsonSchema() as Schema, '');
}

function fieldsOf(schema: Schema, prefix: string): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const inner = field.items?.properties ? fieldsOf(field.items, `${path}[]`) : fieldsOf(field, path);
    return [{ path, schema: field, required: schema.required?.includes(key) ?? false }, ...inner];
  });
}

/** docs/spec.md */
export function specReference(): string {
  const rows = specFields().map(({ path, schema, required }) => {
    const standard = schema.default === undefined ? (required ? 'required' : '') : code(schema.default);
    return `| \`${path}\` | ${cell(allowed(schema))} | ${cell(standard)} | ${cell(schema.description ?? '')} |`;
  });
  return `# ClusterSpec

Generated from the schema that the parser works by; do not edit. To write it anew:
\`npx vitest run --project unit test/docs-generated --update\`.

A cluster is one YAML document. \`skep validate PATH\` checks it, \`skep schema\` prints its JSON Schema
([as checked in](../manifests/schema/clusterspec.v1alpha1.json)), and \`skep plan --show-spec\` prints it with every default
filled in. Examples are in [manifests/examples](../manifests/examples).

\`[]\` stands for each entry of a list. An unknown key, a key that stands twice and a value of the wrong type are errors,
with file, line and column. Durations are written \`30s\`, \`15m\`, \`1h30m\`, \`90d\`.

| Field | Takes | Default | Meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

function allowed(schema: Schema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(allowed))].join(' or ');
  if (schema.type === 'array')
    return schema.items?.properties ? 'list of blocks' : `list of ${allowed(schema.items ?? {})}`;
  if (schema.type === 'object') return schema.properties ? 'block' : 'map of texts';
  if (schema.type === 'integer' || schema.type === 'number') return `number${range(schema)}`;
  if (schema.type === 'null') return '`null`';
  const example = schema.examples?.[0];
  const text = schema.type === 'string' ? 'text' : (schema.type ?? 'anything');
  const longest = schema.maxLength === undefined ? '' : `, at most ${schema.maxLength} characters`;
  return example === undefined ? `${text}${longest}` : `${text} such as ${code(example)}`;
}

const range = ({ minimum, maximum }: Schema): string =>
  minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` ${minimum}–${maximum}` : '';
const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** docs/events.md */
export function eventsReference(): string {
  const rows = (Object.keys(EVENTS) as EventCode[])
    .sort()
    .map((name) => `| ${name} | ${EVENTS[name].level} | ${cell(EVENTS[name].text)} |`);
  return `# Events

Generated from [src/base/events.ts](../src/base/events.ts); do not edit. To write it anew:
\`npx vitest run --project unit test/docs-generated --update\`.

Everything that the controller says of itself is a coded event. Codes are stable: one that is retired is not used again.
Events of a pass carry \`cluster\`, \`pass\` and \`term\`; \`what\` is a sentence for people. \`skep events\` shows them.

1xx: specs and their directory. 2xx: plans. 3xx: effects. 4xx: loop, lease and stores. 5xx: commands. 6xx: the agent on a node.

| Code | Level | Text |
|---|---|---|
${rows.join('\n')}
`;
}

const STACK_WORDS: Readonly<Record<StackAnswer, string>> = {
  make: 'makes it',
  change: 'changes it when it is another than declared, by a change set',
  wait: 'waits: CloudFormation takes nothing else meanwhile',
  remake: 'says what failed first, deletes it and makes it again; it never came to be and carries no machine',
  person: 'does nothing, and says what a person can do: the hold `StackNeedsHuman`',
};

/** docs/aws-stacks.md */
export function stacksReference(): string {
  const rows = Object.entries(STACK_ANSWERS).map(([status, answer]) => `| ${status} | ${STACK_WORDS[answer]} |`);
  return `# CloudFormation's states

Generated from the table that the program works by; do not edit. To write it anew:
\`npx vitest run --project unit test/docs-generated --update\`.

| A stack is in | skep |
|---|---|
${rows.join('\n')}

A state that is not listed is left to a person.

- Every change is a change set, executed when it is known what it does. One that would replace a resource is refused and removed.
- It bears the name of what it changes, so the same change is never made twice, and another controller goes on with it. Its tokens carry the
  term.
- A stack keeps the template that it was made with. Parameters are compared with those of that template, and all of them are sent.
- That nothing differs is success, whether CloudFormation says so at once or in a change set that failed.
`;
}
