import { type Document, isScalar, type LineCounter } from 'yaml';
import type { Complaint } from '../complaint.ts';
import type { ClusterName } from '../ids.ts';
import { compose, MAX_DEPTH } from './compose.ts';
import { complainAcrossFields } from './cross-field.ts';
import { type Located, locate } from './locate.ts';
import { complainOfIssues } from './messages.ts';
import { offsetAt, pathText } from './place.ts';
import { type ClusterSpec, clusterNameSchema, clusterSpecSchema } from './schema.ts';
import { bytesToText, checkText, type Text } from './text.ts';
import { warningsOf } from './warnings.ts';

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  /** About the file as a whole: its size, its encoding, its nesting. Then there are no documents. */
  readonly complaints: readonly Complaint[];
}

/** A document is good if `spec` is there and `complaints` is empty. */
export interface ParsedDocument {
  /** Known also when the rest is wrong; null when it cannot be read or is itself wrong. */
  readonly name: ClusterName | null;
  /** 1-based line on which its content begins. */
  readonly line: number;
  readonly spec: ClusterSpec | null;
  /** In the order of the file. */
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly string[];
}

interface Finding {
  /** Offset into the text. */
  readonly at: number;
  readonly message: string;
}

/** More complaints of one document than anybody reads are counted only. */
const MAX_COMPLAINTS = 100;

/**
 * Everything a file says, and everything wrong with it. Pure, and total over texts; texts made to be slow can take seconds:
 * the loop parses in a thread that it can end (`controller/loop/parse-worker.ts`).
 */
export function parseFile(path: string, content: string | Uint8Array): ParsedFile {
  const checked: Text = typeof content === 'string' ? checkText(path, content) : bytesToText(path, content);
  if (!checked.ok) return { documents: [], complaints: [checked.complaint] };
  const { documents, lines, tooDeepAt } = compose(checked.text);
  if (tooDeepAt !== null) {
    const message = `nested too deep (allowed: ${MAX_DEPTH} levels)`;
    return { documents: [], complaints: [complaintAt(path, lines, tooDeepAt, message)] };
  }
  return {
    documents: documents
      .filter((document) => !isEmpty(document))
      .map((document) => parseDocument(path, document, lines)),
    complaints: [],
  };
}

function parseDocument(path: string, document: Document.Parsed, lines: LineCounter): ParsedDocument {
  const found: Finding[] = [];
  const complain = (at: number, message: string) => void found.push({ at, message });
  for (const { pos, message } of [...document.errors, ...document.warnings]) complain(pos[0], `not YAML: ${message}`);
  if (document.directives?.yaml.explicit && document.directives.yaml.version !== '1.2') {
    complain(document.range[0], `YAML ${document.directives.yaml.version} (allowed: 1.2)`);
  }
  const root = locate(document, complain);
  const checked = clusterSpecSchema.safeParse(withCarefulDeletion(root.value));
  if (document.errors.length === 0) {
    // Of a tree that the library had to guess, the rest would be guesses too.
    if (!checked.success) complainOfIssues(checked.error.issues, root, complain);
    complainAcrossFields(root, (where, message) => complain(offsetAt(root, where), `${pathText(where)}: ${message}`));
  }
  const good = checked.success && found.length === 0;
  return {
    name: nameOf(root),
    line: lines.linePos(root.at).line,
    spec: good ? checked.data : null,
    complaints: complaintsOf(path, lines, found),
    warnings: good ? warningsOf(checked.data) : [],
  };
}

/** On aws a cluster is deleted only when somebody confirms it, unless its document says otherwise. */
function withCarefulDeletion(value: unknown): unknown {
  const { spec } = (isMapping(value) ? value : {}) as { spec?: unknown };
  if (!isMapping(spec) || spec.provider !== 'aws' || 'deletionPolicy' in spec) return value;
  return { ...(value as object), spec: { ...spec, deletionPolicy: 'Confirm' } };
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that a document claims, though it may be wrong elsewhere. */
function nameOf(root: Located): ClusterName | null {
  const metadata = root.entries?.get('metadata');
  const name = metadata?.node.entries?.get('name');
  if (metadata === undefined || name === undefined || metadata.repeated || name.repeated) return null;
  const checked = clusterNameSchema.safeParse(name.node.value);
  return checked.success ? (checked.data as ClusterName) : null;
}

/** Nothing between two `---`, or only comments. */
function isEmpty({ contents, errors, warnings }: Document.Parsed): boolean {
  if (errors.length > 0 || warnings.length > 0) return false;
  return contents === null || (isScalar(contents) && contents.source === '' && contents.value === null);
}

function complaintsOf(path: string, lines: LineCounter, found: readonly Finding[]): readonly Complaint[] {
  const sorted = [...found].sort((a, b) => a.at - b.at);
  const shown = sorted.slice(0, MAX_COMPLAINTS).map(({ at, message }) => complaintAt(path, lines, at, message));
  const next = sorted[MAX_COMPLAINTS];
  if (next !== undefined) shown.push(complaintAt(path, lines, next.at, `and ${sorted.length - MAX_COMPLAINTS} more`));
  const texts = new Set<string>();
  return shown.filter(({ line, column, message }) => {
    const text = `${line}:${column}:${message}`; // what is reached through an alias is found once per use
    return texts.size < texts.add(text).size;
  });
}

function complaintAt(path: string, lines: LineCounter, at: number, message: string): Complaint {
  const { line, col } = lines.linePos(at);
  return { path, line: Math.max(1, line), column: Math.max(1, col), message };
}
