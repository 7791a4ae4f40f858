import { parse } from 'yaml';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import { badInput } from '../exit.ts';
import type { Place } from '../files/spec-files.ts';
import type { Assignment } from '../flags.ts';
import { saveSpec } from './save-spec.ts';
import { documentSpans, type Edited, setInText } from './yaml-text.ts';

export interface Change {
  readonly path: string;
  readonly value: unknown;
}

export interface Changed {
  readonly spec: ClusterSpec;
  /** `clusters/demo.yaml: spec.workers[0].count 2 → 3`, for people. */
  readonly lines: readonly string[];
}

/** Values of `--set` are YAML: numbers, booleans, lists and quoted strings mean what they mean in the file. */
export function parseChanges(assignments: readonly Assignment[]): readonly Change[] {
  return assignments.map(({ path, value }) => {
    if (/^(metadata\.name|apiVersion|kind)$/.test(path)) {
      throw badInput(`${path} cannot be changed: another name is another cluster (skep create, then skep rm)`);
    }
    try {
      return { path, value: parse(value, { logLevel: 'error' }) as unknown };
    } catch (error) {
      throw badInput(`--set ${path}: the value is not YAML: ${(error as Error).message.split('\n')[0]}`);
    }
  });
}

/** Applies changes to the text of the document called `name`. */
export function changeText(
  text: string,
  name: string,
  changes: readonly Change[],
): { text: string; edits: readonly Edited[] } {
  const edits: Edited[] = [];
  let now = text;
  for (const { path, value } of changes) {
    const span = documentSpans(now).find((found) => found.name === name);
    if (span === undefined)
      throw badInput(`the document of ${name} cannot be edited: its metadata.name is not plain text`);
    const edited = setInText(now, span, path, value);
    edits.push(edited);
    now = edited.text;
  }
  return { text: now, edits };
}

/** Edits the file of a document; writes nothing when the result would be wrong. */
export async function changeDocument({ file, document }: Place, changes: readonly Change[]): Promise<Changed> {
  const name = document.name ?? '';
  const { text, edits } = changeText(file.text, name, changes);
  const { path, shown } = file;
  const spec = await saveSpec({ path, shown, before: file.text, after: text, name });
  return { spec, lines: edits.map((edit) => `${shown}: ${edit.path} ${show(edit.before)} → ${show(edit.after)}`) };
}

const show = (value: unknown): string => (value === undefined ? 'unset' : JSON.stringify(value));

/** Another number of nodes for a pool; null: the first worker pool, which is made when there is none. */
export function sizeChange({ spec }: ClusterSpec, count: number, pool: string | null = null): Change {
  if (pool === 'managers') return { path: 'spec.managers.count', value: count };
  const names = spec.workers.map(({ name }) => name);
  const index = pool === null ? 0 : names.indexOf(pool);
  if (index < 0) throw badInput(`there is no pool ${pool} (there: ${['managers', ...names].join(', ')})`);
  if (names.length === 0) return { path: 'spec.workers', value: [{ name: 'default', count }] };
  return { path: `spec.workers[${index}].count`, value: count };
}
