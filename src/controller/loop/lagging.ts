import type { EventSink } from '../../base/events.ts';
import type { Declared } from '../../model/declared.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { Age } from './git-age.ts';
import type { Source } from './source.ts';

/** Guards against a checkout that went back, or lags behind the one another controller had. */
export interface LaggingGuard {
  /**
   * `declared`, as `commit` has it, unless that is older than the commit from which the record's spec was accepted: then
   * the document is `behind`, and an absence suspicious.
   */
  heed(declared: Declared, record: ClusterRecord | null, commit: string | null): Promise<Declared>;
}

export function createLaggingGuard(source: Pick<Source, 'ageOf'>, sink: EventSink): LaggingGuard {
  /** What was answered for `commit`, by the other commit: history does not change. */
  let answers = { commit: '', ages: new Map<string, Age>() };

  async function ageOf(commit: string, other: string): Promise<Age> {
    if (answers.commit !== commit) answers = { commit, ages: new Map() };
    const { ages } = answers;
    const known = ages.get(other);
    if (known) return known;
    const age = await source.ageOf(commit, other);
    if (age.kind === 'silent') return age;
    if (age.kind === 'unknown') {
      sink.emit('SKP111', { what: `${short(commit)} and ${short(other)}: ${age.because}`, commit, accepted: other });
    }
    ages.set(other, age);
    return age;
  }

  return {
    async heed(declared, record, commit) {
      const accepted = record?.source.commit ?? null;
      if (record === null || commit === null || accepted === null || commit === accepted) return declared;
      if (!wouldChange(declared, record)) return declared;
      const why = reason(await ageOf(commit, accepted), short(commit), short(accepted));
      if (why === null) return declared;
      if (declared.kind === 'document') return { ...declared, behind: why };
      if (declared.kind !== 'absent') return declared;
      return { ...declared, absence: { ...declared.absence, suspicion: declared.absence.suspicion ?? why } };
    },
  };
}

/** Only then does it matter. A record keeps the commit at which its spec was accepted, while others come and go. */
function wouldChange(declared: Declared, record: ClusterRecord): boolean {
  if (declared.kind === 'document') return declared.desired.specHash !== record.specHash;
  return declared.kind === 'absent';
}

function reason(age: Age, commit: string, accepted: string): string | null {
  if (age.kind === 'older')
    return `the checkout is at commit ${commit}, which is older than ${accepted}, accepted before`;
  if (age.kind === 'silent') return `whether commit ${commit} is older than ${accepted} is not known: ${age.because}`;
  return null;
}

/** Enough for people. */
const short = (commit: string): string => commit.slice(0, 10);
