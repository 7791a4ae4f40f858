import type { NodeStatus } from '../../model/node-status.ts';
import type { ClusterStatus, Phase } from '../../model/status.ts';
import type { Tone } from './paint.ts';

/** How each phase looks on every face. */
const PHASE_LOOK: { readonly [P in Phase]: { readonly sign: string; readonly tone: Tone } } = {
  Pending: { sign: '◌', tone: 'busy' },
  Creating: { sign: '◐', tone: 'busy' },
  Ready: { sign: '✓', tone: 'good' },
  Updating: { sign: '◐', tone: 'busy' },
  Degraded: { sign: '✗', tone: 'bad' },
  Held: { sign: '!', tone: 'warn' },
  Paused: { sign: '‖', tone: 'warn' },
  Deleting: { sign: '◐', tone: 'busy' },
  Deleted: { sign: '·', tone: 'dim' },
  Orphaned: { sign: '?', tone: 'warn' },
};

/** `stage`: how far on its way a node is, of 4; null when it is on none. */
const NODE_LOOK: {
  readonly [S in NodeStatus['state']]: { readonly sign: string; readonly tone: Tone; readonly stage: number | null };
} = {
  booting: { sign: '◐', tone: 'busy', stage: 1 },
  joining: { sign: '◐', tone: 'busy', stage: 2 },
  ready: { sign: '✓', tone: 'good', stage: null },
  leader: { sign: '✓', tone: 'good', stage: null },
  draining: { sign: '◐', tone: 'busy', stage: 1 },
  drained: { sign: '◐', tone: 'busy', stage: 2 },
  leaving: { sign: '◐', tone: 'busy', stage: 3 },
  paused: { sign: '‖', tone: 'warn', stage: null },
  unreachable: { sign: '✗', tone: 'bad', stage: null },
  down: { sign: '✗', tone: 'bad', stage: null },
  stopped: { sign: '✗', tone: 'bad', stage: null },
  unknown: { sign: '?', tone: 'warn', stage: null },
};

export function describeDrift({ what, difference, answer }: ClusterStatus['drift'][number]): string {
  return `drift: ${what}: ${difference}; ${answer}`;
}

const STAGES = 4;

export function progressBar(stage: number): string {
  return '▰'.repeat(stage) + '▱'.repeat(STAGES - stage);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a, b, c`, and `and 40 more` past the limit. */
export function nameList(names: readonly string[], limit = 12): string {
  if (names.length <= limit) return names.join(', ');
  return `${names.slice(0, limit).join(', ')} and ${names.length - limit} more`;
}

/** Trouble before what moves before what rests. */
const ORDER: readonly Tone[] = ['bad', 'warn', 'busy', 'good', 'plain', 'dim'];
export const byTrouble = (a: Tone, b: Tone): number => ORDER.indexOf(a) - ORDER.indexOf(b);

/** The worst of several tones. */
export const worst = (tones: readonly Tone[]): Tone => [...tones].sort(byTrouble)[0] ?? 'plain';

/** A phase this version does not know (from a newer skep) is shown as it is. */
export function lookOfPhase(phase: Phase): { readonly sign: string; readonly tone: Tone } {
  return PHASE_LOOK[phase] ?? { sign: '?', tone: 'warn' };
}

export function lookOfNode(state: NodeStatus['state']): (typeof NODE_LOOK)[NodeStatus['state']] {
  return NODE_LOOK[state] ?? { sign: '?', tone: 'warn', stage: null };
}
