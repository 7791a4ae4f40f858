import type { Hold } from '../../model/hold.ts';

/** safety.md 5: a node with `skep.hold` is never touched. */
export function labelHold(what: string, hostname: string, why: string): Hold {
  return {
    reason: 'Paused',
    what,
    why: `the node carries skep.hold=${why}`,
    release: `docker node update --label-rm skep.hold ${hostname}`,
  };
}
