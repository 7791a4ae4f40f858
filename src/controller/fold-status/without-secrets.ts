import type { Result } from '../../base/result.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';

const HIDDEN = '(not shown)';

/**
 * The record as everybody may read it. A daemon.json may hold passwords (of a proxy, of a log driver): of `engine.config`
 * only the keys are told, and machine hashes made of one are kept without what they were made of.
 */
export function withoutSecrets(read: Result<ClusterRecord | null, Problem>): Result<ClusterRecord | null, Problem> {
  if (!read.ok || read.value === null) return read;
  const { spec, hashInputs } = read.value;
  const { engine } = spec.spec;
  const config = hideTexts(engine.config) as typeof engine.config;
  const shown = Object.entries(hashInputs).filter(([, inputs]) => !hasConfig(inputs));
  const value = {
    ...read.value,
    spec: { ...spec, spec: { ...spec.spec, engine: { ...engine, config } } },
    hashInputs: Object.fromEntries(shown),
  };
  return { ok: true, value };
}

const hasConfig = (inputs: unknown): boolean =>
  typeof inputs === 'object' && inputs !== null && 'engineConfig' in inputs;

function hideTexts(value: unknown): unknown {
  if (typeof value === 'string') return HIDDEN;
  if (Array.isArray(value)) return value.map(hideTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideTexts(inner)]));
}
