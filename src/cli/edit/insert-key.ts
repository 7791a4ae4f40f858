import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isNode, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml';
import { manners } from './manners.ts';
import type { Step } from './yaml-path.ts';

/** Puts a key that is not there yet at the end of its block mapping. Null: it cannot be done by adding lines only. */
export function insertKey(chunk: string, document: Document, steps: readonly Step[], value: unknown): string | null {
  const parent = deepestMap(document, steps);
  if (parent === null) return null;
  const { map, depth } = parent;
  const [first, last] = [map.items[0], map.items.at(-1)];
  const key = first?.key;
  if (!isScalar(key) || !key.range || steps.slice(depth).some((step) => typeof step === 'number')) return null;
  const margin = ' '.repeat(key.range[0] - (chunk.lastIndexOf('\n', key.range[0] - 1) + 1));
  const end = isNode(last?.value) ? last.value.range?.[1] : undefined;
  if (end === undefined) return null;
  const nested = steps.slice(depth).reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
  const lines = stringify(nested, manners(chunk))
    .trimEnd()
    .replace(/^(?=.)/gm, margin);
  const lineEnd = chunk.indexOf('\n', chunk.slice(0, end).trimEnd().length);
  const at = lineEnd < 0 ? chunk.length : lineEnd;
  const written = `${chunk.slice(0, at)}\n${lines}${chunk.slice(at) || '\n'}`;
  document.setIn(steps, document.createNode(value));
  const again = parseDocument(written, { logLevel: 'error', uniqueKeys: false });
  return again.errors.length === 0 && isDeepStrictEqual(again.toJS(), document.toJS()) ? written : null;
}

/** The innermost block mapping on the way to `steps`, when what follows is missing in it. */
function deepestMap(
  document: Document,
  steps: readonly Step[],
): { readonly map: YAMLMap; readonly depth: number } | null {
  for (let depth = steps.length - 1; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(steps.slice(0, depth), true);
    if (node === undefined || node === null) continue;
    const key = steps[depth];
    return isMap(node) && !node.flow && node.items.length > 0 && !node.has(key) ? { map: node, depth } : null;
  }
  return null;
}
