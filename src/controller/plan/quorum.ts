import type { Member } from '../../model/observed.ts';

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
