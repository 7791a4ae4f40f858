import type { ServiceView } from '../../model/observed.ts';

/**
 * How a service wants to be drained, by its label `skep.drain`. `wait`: never forced. `skip`: neither waited for nor checked.
 * `force`: goes on without it being well. `surge`: moved start-first before the drain. Null: none of these.
 */
export function drainManner({ labels }: ServiceView): 'wait' | 'skip' | 'force' | 'surge' | null {
  return MANNERS.find((manner) => manner === labels['skep.drain']) ?? null;
}
const MANNERS = ['wait', 'skip', 'force', 'surge'] as const;

/** Lower is moved first; what is no number counts as 0. */
export function drainOrder({ labels }: ServiceView): number {
  const order = Number(labels['skep.drain.order'] || 0);
  return Number.isFinite(order) ? order : 0;
}
