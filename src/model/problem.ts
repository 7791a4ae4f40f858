/** Everything the outer world may answer besides yes. Closed: a provider maps what it cannot name to `unreachable`. */
export type Problem =
  /** It is not there (any more): our picture was old. */
  | { readonly kind: 'gone'; readonly what: string }
  /** Somebody else changed it since we looked ("update out of sequence", a lost compare-and-set): plan again. */
  | { readonly kind: 'conflict'; readonly what: string }
  /** The receiver wants fewer requests. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** No room: addresses, disk, instances. */
  | { readonly kind: 'no-capacity'; readonly what: string }
  /** No answer, or none in time. It may have taken effect all the same. */
  | { readonly kind: 'unreachable'; readonly what: string; readonly detail: string }
  /** The swarm answered that it has no leader: its quorum is lost or an election runs. */
  | { readonly kind: 'no-leader'; readonly detail: string }
  /** It is there and this skep cannot understand it: a newer one wrote it, or it is spoilt. */
  | { readonly kind: 'unreadable'; readonly what: string; readonly detail: string }
  /** It understood and said no: asking again changes nothing until `field` (a spec path) or the world changes. */
  | { readonly kind: 'refused'; readonly field: string | null; readonly detail: string };

export type Retry =
  | { readonly when: 'now' }
  | { readonly when: 'after'; readonly ms: number }
  | { readonly when: 'backoff' };

/** What each kind of trouble means for the next visit. A new kind does not compile until it has an answer here. */
export function retryFor(problem: Problem): Retry {
  switch (problem.kind) {
    case 'gone':
    case 'conflict':
      return { when: 'now' };
    case 'throttled':
      return { when: 'after', ms: problem.retryAfterMs };
    case 'no-capacity':
    case 'unreachable':
    case 'no-leader':
    case 'unreadable':
    case 'refused':
      return { when: 'backoff' };
  }
}

/** One line for people. Never holds a secret: adapters put none in. */
export function describeProblem(problem: Problem): string {
  switch (problem.kind) {
    case 'gone':
      return `${problem.what} is gone`;
    case 'conflict':
      return `${problem.what} was changed by somebody else meanwhile`;
    case 'throttled':
      return `told to wait ${Math.ceil(problem.retryAfterMs / 1000)} s`;
    case 'no-capacity':
      return `no room: ${problem.what}`;
    case 'unreachable':
      return `${problem.what} does not answer: ${problem.detail}`;
    case 'no-leader':
      return `the swarm has no leader: ${problem.detail}`;
    case 'unreadable':
      return `${problem.what} cannot be read: ${problem.detail}`;
    case 'refused':
      return problem.field ? `${problem.field}: ${problem.detail}` : problem.detail;
  }
}
