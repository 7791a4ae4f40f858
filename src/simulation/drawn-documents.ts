import type { Written } from './draw-spec.ts';
import type { Deed } from './story.ts';

/** Documents as some story needs them: the rest of them as it was drawn. */

type Spec = Written['spec'];
export const withSpec = (doc: Written, change: Partial<Spec>): Written => ({
  ...doc,
  spec: { ...doc.spec, ...change },
});
export const edit = (doc: Written): Deed => ({ kind: 'edit', text: JSON.stringify(doc) });

/** The first worker pool with so many nodes. */
export function withWorkers(
  doc: Written,
  count: number,
  more: Partial<NonNullable<Spec['workers']>[number]> = {},
): Written {
  const [first, ...others] = doc.spec.workers ?? [];
  return withSpec(doc, { workers: [{ name: 'web', ...first, ...more, count }, ...others] });
}
export const withManagers = (doc: Written, count: 1 | 3 | 5 | 7): Written =>
  withSpec(doc, { managers: { ...doc.spec.managers, count, availability: 'Active' } });
/** Made of something else: all machines are outdated. */
export const remade = (doc: Written, downloads: number): Written =>
  withSpec(doc, { engine: { config: { 'max-concurrent-downloads': downloads } } });
export const withRollout = (doc: Written, change: Spec['rollout']): Written =>
  withSpec(doc, { rollout: { ...doc.spec.rollout, ...change } });
