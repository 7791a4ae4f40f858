import type { Hold } from '../../model/hold.ts';
import { describeProblem, type Problem } from '../../model/problem.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { PlanFacts } from './facts.ts';

/** safety.md 8: a record that a newer skep, or a later holder of the lease, wrote is only observed. */
export function otherWriter(record: ClusterRecord, facts: Pick<PlanFacts, 'writer' | 'term'>): Hold | null {
  const minor = (text: string): number => {
    const [major = '0', rest = '0'] = text.split('.');
    return Number(major) * 1_000 + Number(rest);
  };
  const what = 'every change';
  if (minor(record.writer) > minor(facts.writer)) {
    const why = `skep ${record.writer} wrote its record last and this is ${facts.writer}`;
    return { reason: 'NewerWriter', what, why, release: 'run the newer skep' };
  }
  if (record.term > facts.term) {
    const why = `a controller of term ${record.term} wrote its record and this one holds term ${facts.term}`;
    return { reason: 'NewerWriter', what, why, release: 'this controller stands down by itself' };
  }
  return null;
}

/** A record that this skep cannot read is somebody's all the same. */
export function unreadableRecord(problem: Problem): Hold {
  return {
    reason: 'NewerWriter',
    what: 'every change',
    why: describeProblem(problem),
    release: 'run the skep that wrote it',
  };
}
