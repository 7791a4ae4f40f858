/**
 * Text from specs, Docker or files must not steer a terminal: control characters, line and paragraph separators and
 * marks that turn the reading direction are shown as `\x1b` or `\u202e` instead of being obeyed.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** The same for every string within a JSON value, keys included. */
export function printableDeep<T>(value: T): T {
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [printable(key), walk(part)]));
}

/** JSON for `-o json`: the same value, but no byte in it can steer a terminal. */
export function printableJson(value: unknown): string {
  return escapeAsJson(JSON.stringify(value, null, 2));
}

/** The same as YAML: strings with something unsafe in them are written as JSON would. */
export async function printableYaml(value: unknown): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(JSON.parse(JSON.stringify(value)), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && scalar.value.search(UNSAFE) >= 0) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeAsJson(document.toString({ lineWidth: 0, doubleQuotedAsJSON: true }));
}

function escapeAsJson(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
