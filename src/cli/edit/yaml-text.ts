import { type Document, isMap, isScalar, parseAllDocuments, parseDocument, stringify } from 'yaml';
import { badInput } from '../exit.ts';
import { insertKey } from './insert-key.ts';
import { manners } from './manners.ts';
import { resolvePath, type Step } from './yaml-path.ts';

/** Where a document stands in its file, as offsets: from its `---` (or its first line) to the next one. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** `metadata.name`; null: it has none. */
  readonly name: string | null;
}

export function documentSpans(text: string): readonly Span[] {
  const documents = parseAllDocuments(text, { logLevel: 'error', uniqueKeys: false });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const name = document.getIn(['metadata', 'name']);
    return { start: document.range[0], end: document.range[2], name: typeof name === 'string' ? name : null };
  });
}

export interface Edited {
  readonly text: string;
  /** The path as it was understood, e.g. `spec.workers[0].count`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Sets one value in one document. A scalar is exchanged in place and a new key is put in, so that nothing else of the file
 * moves; anything else is written by the library from the document's own tree, comments and all.
 */
export function setInText(text: string, span: Span, path: string, value: unknown): Edited {
  const chunk = text.slice(span.start, span.end);
  const document = parseDocument(chunk, { logLevel: 'error', uniqueKeys: false });
  const steps = resolvePath(document, path);
  const before = plain(document.getIn(steps, true));
  const written =
    exchangeScalar(chunk, document, steps, value) ??
    insertKey(chunk, document, steps, value) ??
    rewrite(chunk, document, steps, value);
  const shown = steps
    .reduce<string>((to, step) => to + (typeof step === 'number' ? `[${step}]` : `.${step}`), '')
    .slice(1);
  return { text: text.slice(0, span.start) + written + text.slice(span.end), path: shown, before, after: value };
}

function plain(node: unknown): unknown {
  if (node === null || node === undefined) return node;
  return typeof node === 'object' && 'toJSON' in node ? (node as { toJSON(): unknown }).toJSON() : node;
}

/** Null: it is no plain scalar that could be exchanged by itself. */
function exchangeScalar(chunk: string, document: Document, steps: readonly Step[], value: unknown): string | null {
  const node = document.getIn(steps, true);
  if (!isScalar(node) || !node.range || node.anchor || node.tag || typeof value === 'object') return null;
  if (node.type !== 'PLAIN' && node.type !== 'QUOTE_DOUBLE' && node.type !== 'QUOTE_SINGLE') return null;
  const [from, to] = node.range;
  if (from === to) return null; // an empty value: there is no place to write to
  const text = stringify(value, {
    lineWidth: 0,
    ...(node.type === 'PLAIN' ? {} : { defaultStringType: node.type }),
  }).trimEnd();
  const written = chunk.slice(0, from) + text + chunk.slice(to);
  const again = parseDocument(written, { logLevel: 'error', uniqueKeys: false });
  return again.errors.length === 0 && again.getIn(steps) === value ? written : null;
}

function rewrite(chunk: string, document: Document, steps: readonly Step[], value: unknown): string {
  if (!isMap(document.contents)) throw badInput('the document is no mapping');
  document.setIn(steps, document.createNode(value));
  return document.toString(manners(chunk));
}
