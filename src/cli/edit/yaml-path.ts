import { type Document, isMap, isSeq } from 'yaml';
import { badInput } from '../exit.ts';

export type Step = string | number;

const ROOTS = ['apiVersion', 'kind', 'metadata', 'spec'];

/**
 * `spec.workers[0].count`, `workers.web.count` (a list item by its name) or `metadata.labels."a.b"`. What does not begin
 * at the root is meant under `spec`.
 */
function parsePath(path: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    const [whole, quoted, index, name] = /^\.?(?:"([^"]+)"|\[(\d+)\]|([^.[\]"\s]+))/.exec(rest) ?? [];
    if (whole === undefined)
      throw badInput(`${path}: no path (allowed: e.g. spec.managers.count, spec.workers.web.count)`);
    steps.push(index === undefined ? (quoted ?? name ?? '') : Number(index));
    rest = rest.slice(whole.length);
  }
  return typeof steps[0] === 'string' && ROOTS.includes(steps[0]) ? steps : ['spec', ...steps];
}

/** The same with names of list items turned into their places. */
export function resolvePath(document: Document, path: string): readonly Step[] {
  const resolved: Step[] = [];
  for (const step of parsePath(path)) {
    const parent = resolved.length === 0 ? document.contents : document.getIn(resolved, true);
    if (!isSeq(parent)) {
      resolved.push(step);
      continue;
    }
    const names = parent.items.map((item) => (isMap(item) ? item.get('name') : undefined));
    const index = typeof step === 'number' ? step : /^\d+$/.test(step) ? Number(step) : names.indexOf(step);
    if (index < 0 || index >= parent.items.length) {
      const known = names.filter((name) => name !== undefined).join(', ');
      throw badInput(`${path}: there is no ${step} (there: ${known || `0 to ${parent.items.length - 1}`})`);
    }
    resolved.push(index);
  }
  return resolved;
}
