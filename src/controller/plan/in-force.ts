import { type Complaint, describeComplaint } from '../../model/complaint.ts';
import type { Declared } from '../../model/declared.ts';
import { type Desired, expand } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { activePause } from './deletion.ts';
import { immutableDifferences } from './differences.ts';

/** What a pause of the whole cluster holds; a single node may be held as well. */
export const PAUSED_WHOLE = 'every change';

/** The document if it is good and possible, else the last good spec, with the reason. */
export function specInForce(declared: Declared, record: ClusterRecord): { desired: Desired; holds: readonly Hold[] } {
  const last = () => expand(record.spec, record.source);
  switch (declared.kind) {
    case 'document': {
      if (declared.behind) return { desired: last(), holds: [behindHold(declared.behind)] };
      const refused = immutableDifferences(declared.desired, record);
      if (refused.length === 0) return { desired: declared.desired, holds: [] };
      const why = refused.map((d) => `${d.subject}: ${d.change}`).join('; ');
      return {
        desired: last(),
        holds: [invalid(why, 'put the old value back, or delete the cluster and make it anew')],
      };
    }
    case 'broken':
      return { desired: last(), holds: [brokenHold(declared.complaints)] };
    case 'conflict':
      return { desired: last(), holds: [conflictHold(declared.places.map((p) => `${p.path}:${p.line}`))] };
    case 'absent':
      return { desired: last(), holds: [] };
  }
}

const invalid = (why: string, release: string): Hold => ({
  reason: 'SpecInvalid',
  what: 'apply the document',
  why,
  release,
});

const behindHold = (why: string): Hold => ({
  reason: 'SourceBehind',
  what: 'apply the document',
  why,
  release: 'check out a commit that is not older, e.g. git pull; to go back on purpose, commit that (git revert)',
});

export function brokenHold(complaints: readonly Complaint[]): Hold {
  const first = complaints[0] ? `, first at ${describeComplaint(complaints[0])}` : '';
  return invalid(`its file has errors (${complaints.length})${first}`, 'mend the file');
}

export function conflictHold(places: readonly string[]): Hold {
  return {
    reason: 'NameConflict',
    what: 'apply either document',
    why: `${places.length} documents bear its name: ${places.join(', ')}`,
    release: 'remove or rename all but one',
  };
}

export function pauseHold(declared: Declared, force: Desired, record: ClusterRecord, now: number): Hold | null {
  if (force.spec.spec.paused) return specPause(force);
  if (declared.kind === 'document' && declared.desired.spec.spec.paused) return specPause(declared.desired);
  const pause = activePause(record, now);
  if (!pause) return null;
  const why = `paused by ${pause.by}${pause.reason ? `: ${pause.reason}` : ''}`;
  return { reason: 'Paused', what: PAUSED_WHOLE, why, release: `skep resume ${record.cluster}` };
}

export const specPause = (desired: Desired): Hold => ({
  reason: 'Paused',
  what: PAUSED_WHOLE,
  why: `spec.paused is true in ${desired.source.path}`,
  release: 'set spec.paused to false in it',
});
