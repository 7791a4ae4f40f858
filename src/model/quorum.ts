import type { Member } from './observed.ts';

/** Quorum arithmetic of safety.md 2 and nothing else. */

export const majority = (n: number): number => Math.floor(n / 2) + 1;

export interface Raft {
  /** Every raft member, dead and demoting ones too. */
  readonly n: number;
  readonly reachable: number;
  /** reachable − majority(n). Negative: the quorum is lost. */
  readonly margin: number;
  /** Wanted as managers, not yet in raft. */
  readonly promoting: readonly Member[];
  /** In raft, wanted as workers. */
  readonly demoting: readonly Member[];
}

export function raftOf(members: readonly Member[]): Raft {
  const peers = members.filter((m) => m.manager !== null);
  const reachable = peers.filter((m) => m.manager?.reachability === 'reachable').length;
  return {
    n: peers.length,
    reachable,
    margin: reachable - majority(peers.length),
    promoting: members.filter((m) => m.role === 'manager' && m.manager === null),
    demoting: peers.filter((m) => m.role === 'worker'),
  };
}

type Count = Pick<Raft, 'n' | 'reachable'>;

/**
 * Whether one more manager may be promoted. `replacing`: an old one goes afterwards, so there may be one more than
 * declared for a while. While any peer is unreachable nobody is: a new peer is unreachable too until first contact.
 */
export function mayPromote({ n, reachable }: Count, declared: number, replacing = false): boolean {
  if (reachable < n || (replacing ? n !== declared : n >= declared)) return false;
  return n === 1 || reachable >= majority(n + 1);
}

/** Whether a reachable manager may be demoted: a majority stays, with one to spare when three or more are declared. */
export function mayDemote({ n, reachable }: Count, declared: number): boolean {
  if (reachable < n || n <= declared) return false;
  const margin = reachable - 1 - majority(n - 1);
  return margin >= (declared >= 3 ? 1 : 0);
}

/** Whether a dead manager may be taken out of raft: there is a leader, and those that are left have a majority. */
export function mayRemoveDead({ n, reachable }: Count): boolean {
  return reachable < n && reachable >= majority(n) && reachable >= majority(n - 1);
}

/** One membership change at a time: one is begun and not yet over. */
export const isChanging = ({ promoting, demoting }: Raft): boolean => promoting.length + demoting.length > 0;
