import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { MAX_DEPTH } from './compose.ts';
import { shorten } from './shorten.ts';

/** A value of a document together with where each part of it is written. Offsets are into the text. */
export interface Located {
  readonly value: unknown;
  readonly at: number;
  /** Of a mapping; null: it is none. */
  readonly entries: ReadonlyMap<string, Entry> | null;
  /** Of a list; null: it is none. */
  readonly items: readonly Located[] | null;
  /** It was complained of here and stands for nothing: its value is null whatever is written. */
  readonly refused: boolean;
}

interface Entry {
  readonly keyAt: number;
  readonly node: Located;
  /** The mapping has this key more than once; this is the first. */
  readonly repeated: boolean;
}

/** Where something is written and what is wrong with it. */
export type Complain = (at: number, message: string) => void;

/** Aliases of a document, each use counted again, and values reached by them. Keeps "billion laughs" small. */
const MAX_ALIASES = 100;
const MAX_ALIASED_VALUES = 10_000;

/** Control characters other than tab and line ends, and halves of surrogate pairs: no field has a use for them. */
const UNWANTED = /(?![\t\n\r])[\p{Cc}\p{Cs}]/u;

interface Walk {
  readonly complain: Complain;
  readonly anchors: Map<string, ParsedNode>;
  /** Nodes being walked now, so that an alias inside its own anchor is seen. */
  readonly open: Set<ParsedNode>;
  aliases: number;
  aliasedValues: number;
  depth: number;
  withinAlias: number;
}

/** Plain values of a document's tree. Complains of what is YAML but has no place in a spec; such parts are left out. */
export function locate(document: Document.Parsed, complain: Complain): Located {
  const walk: Walk = {
    complain,
    anchors: new Map(),
    open: new Set(),
    aliases: 0,
    aliasedValues: 0,
    depth: 0,
    withinAlias: 0,
  };
  return locateNode(document.contents, document.range[0], walk);
}

function locateNode(node: ParsedNode | null, fallbackAt: number, walk: Walk): Located {
  if (node === null) return leaf(null, fallbackAt);
  const at = node.range[0];
  if (isAlias(node)) return locateAlias(node.source, at, walk);
  if (node.anchor !== undefined && walk.withinAlias === 0) walk.anchors.set(node.anchor, node);
  if (walk.withinAlias > 0) walk.aliasedValues++;
  if (isScalar(node)) return locateScalar(node, at, walk);
  if (walk.depth >= MAX_DEPTH) {
    walk.complain(at, `nested too deep (allowed: ${MAX_DEPTH} levels)`);
    return refusedAt(at);
  }
  walk.depth++;
  walk.open.add(node);
  const located = isMap(node)
    ? locateMap(node as YAMLMap.Parsed, at, walk)
    : isSeq(node)
      ? locateSeq(node.items, at, walk)
      : leaf(null, at);
  walk.open.delete(node);
  walk.depth--;
  return located;
}

function locateAlias(source: string, at: number, walk: Walk): Located {
  const target = walk.anchors.get(source);
  walk.aliases++;
  if (target === undefined) walk.complain(at, `the alias *${source} has no anchor before it`);
  else if (walk.open.has(target)) walk.complain(at, `the alias *${source} stands inside its own anchor`);
  else if (walk.aliases > MAX_ALIASES || walk.aliasedValues > MAX_ALIASED_VALUES) {
    if (walk.aliases <= MAX_ALIASES + 1)
      walk.complain(at, `too many aliases (allowed: ${MAX_ALIASES} uses, ${MAX_ALIASED_VALUES} values)`);
    walk.aliases = MAX_ALIASES + 1;
  } else {
    walk.withinAlias++;
    const located = locateNode(target, at, walk);
    walk.withinAlias--;
    return located;
  }
  return refusedAt(at);
}

function locateScalar(node: Scalar, at: number, walk: Walk): Located {
  const { value } = node;
  if (typeof value === 'string' && UNWANTED.test(value)) {
    walk.complain(at, 'a control character or half a surrogate pair in a string (allowed: text, tabs and line ends)');
    return refusedAt(at);
  }
  return leaf(value === 0 ? 0 : value, at); // -0 is 0: both have one text in JSON
}

function locateSeq(nodes: readonly unknown[], at: number, walk: Walk): Located {
  const items = nodes.map((node) => locateNode(node as ParsedNode, at, walk));
  return { value: items.map((item) => item.value), at, entries: null, items, refused: false };
}

function locateMap(map: YAMLMap.Parsed, at: number, walk: Walk): Located {
  const entries = new Map<string, Entry>();
  for (const { key, value } of map.items) {
    const keyAt = key.range[0];
    const name = keyName(key, walk);
    const node = locateNode(value, keyAt, walk); // also for its anchors and complaints, when the key is refused
    if (name === null) continue;
    const first = entries.get(name);
    if (first !== undefined)
      walk.complain(keyAt, `the key ${JSON.stringify(shorten(name))} is there twice (allowed: once)`);
    entries.set(name, first === undefined ? { keyAt, node, repeated: false } : { ...first, repeated: true });
  }
  const value: Record<string, unknown> = {};
  for (const [name, { node }] of entries) value[name] = node.value;
  return { value, at, entries, items: null, refused: false };
}

function keyName(key: ParsedNode, walk: Walk): string | null {
  const at = key.range[0];
  const plain = isScalar(key) ? locateNode(key, at, walk).value : undefined;
  if (plain === '__proto__') walk.complain(at, 'the key "__proto__" is not allowed');
  else if (typeof plain === 'string') return plain;
  else if (plain === undefined) walk.complain(at, 'a key that is no string (allowed: a string)');
  else walk.complain(at, `the key ${String(plain)} is no string (allowed: a string; put it in quotes)`);
  return null;
}

function leaf(value: unknown, at: number): Located {
  return { value, at, entries: null, items: null, refused: false };
}

function refusedAt(at: number): Located {
  return { value: null, at, entries: null, items: null, refused: true };
}
