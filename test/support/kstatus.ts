/**
 * How the kstatus library reads a custom resource, rule by rule, so that tests can ask what a pipeline would conclude.
 * After kubernetes-sigs/cli-utils, Apache-2.0:
 * - pkg/kstatus/status/generic.go at 321951179c8f76296f4e5a6bd2b9d1f15aeb3f95 (deletion, generation, the two conditions)
 * - pkg/kstatus/status/util.go at 321951179c8f76296f4e5a6bd2b9d1f15aeb3f95 (what a condition must look like)
 * - pkg/kstatus/status/status.go: `Compute`, in two ages. a608ef76acd93aa51fc0125416109f5295b7d6ea calls everything else
 *   Current; later versions look at Ready first (as kept in isugimpy/cli-utils at
 *   31343e02dbabeed7de3a1f63a39fd7e6874f2427). Rules for built-in kinds are left out: ours is none of them.
 */
export type Reading = 'InProgress' | 'Failed' | 'Current' | 'Terminating';

export interface KstatusResult {
  readonly status: Reading;
  readonly message: string;
}

/** Throws where the library returns an error: a field is there and is not of its type. */
export function kstatus(resource: unknown, rules: 'with Ready' | 'without Ready' = 'with Ready'): KstatusResult {
  const generic = checkGenericProperties(resource);
  if (generic) return generic;
  const ready = rules === 'with Ready' ? checkReadyCondition(resource) : null;
  return ready ?? { status: 'Current', message: 'Resource is current' };
}

function checkGenericProperties(resource: unknown): KstatusResult | null {
  const deletion = nested(resource, 'metadata', 'deletionTimestamp');
  if (deletion !== undefined && typeof deletion !== 'string') throw new Error('metadata.deletionTimestamp: no string');
  if (deletion) return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  const generation = checkGeneration(resource);
  if (generation) return generation;
  for (const { type, status, message } of conditionsOf(resource)) {
    if (type === 'Reconciling' && status === 'True') return { status: 'InProgress', message };
    if (type === 'Stalled' && status === 'True') return { status: 'Failed', message };
  }
  return null;
}

function checkGeneration(resource: unknown): KstatusResult | null {
  const generation = integer(resource, 'metadata', 'generation');
  if (generation === undefined) return null;
  const observed = integer(resource, 'status', 'observedGeneration');
  if (observed === undefined || observed === generation) return null;
  const kind = String(nested(resource, 'kind') ?? '');
  const message = `${kind} generation is ${generation}, but latest observed generation is ${observed}`;
  return { status: 'InProgress', message };
}

function checkReadyCondition(resource: unknown): KstatusResult | null {
  for (const { type, status, message } of conditionsOf(resource)) {
    if (type !== 'Ready') continue;
    if (status === 'True') return { status: 'Current', message: 'Resource is Ready' };
    if (status === 'False' || status === 'Unknown') return { status: 'InProgress', message };
  }
  return null;
}

interface BasicCondition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

/** The library converts all conditions at once: one that does not fit is an error of the whole reading. */
function conditionsOf(resource: unknown): readonly BasicCondition[] {
  const list = nested(resource, 'status', 'conditions') ?? [];
  if (!Array.isArray(list)) throw new Error('status.conditions: no list');
  return list.map((entry: unknown) => {
    const text = (key: string): string => {
      const value = nested(entry, key) ?? '';
      if (typeof value !== 'string') throw new Error(`status.conditions: ${key} is no string`);
      return value;
    };
    const at = text('lastTransitionTime');
    if (at !== '' && !RFC3339.test(at)) throw new Error(`status.conditions: ${at} is no RFC 3339 time`);
    text('reason');
    return { type: text('type'), status: text('status'), message: text('message') };
  });
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** `NestedFieldNoCopy`: undefined when it is not there, an error when something on the way is no object. */
function nested(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) throw new Error(`${key}: not in an object`);
    if (!Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** `NestedInt64`: a fraction or anything else than a number is an error. */
function integer(value: unknown, ...path: readonly string[]): number | undefined {
  const found = nested(value, ...path);
  if (found === undefined) return undefined;
  if (!Number.isSafeInteger(found)) throw new Error(`${path.join('.')}: no integer`);
  return found as number;
}
