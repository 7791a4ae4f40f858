import type { ClusterName } from '../../model/ids.ts';
import type { WorldMember } from '../../providers/simulated/world.ts';
import { memberOn, removedBy, sightOfLook } from '../sight.ts';
import {
  type Broken,
  type Change,
  changesOf,
  type Files,
  type Invariant,
  isBeingDeleted,
  type Trace,
} from '../trace.ts';

/** S8: a resource that is not ours, of another cluster or owner, or kept by a person's label, is changed or deleted. */
export const S8: Invariant = (trace) =>
  changesOf(trace).flatMap((change): readonly Broken[] => {
    const { at, cluster, before, look } = change;
    const say = (why: string): Broken => ({ invariant: 'S8', at, why: `${cluster}: ${why}` });
    if (before && before.owner !== trace.owner) return [say(`it belongs to ${before.owner}`)];
    if (look && look.cluster !== cluster) return [say(`it is changed by a pass over ${look.cluster}`)];
    const touched = membersTouchedBy(change);
    const strangers = touched
      .filter((member) => member.outside)
      .map(({ hostname }) => say(`${hostname}, a stranger, is changed`));
    return isBeingDeleted(change) ? strangers : [...strangers, ...keptOnes(change, touched).map(say)];
  });

/** `skep.hold` is heeded where the look could show it. */
function keptOnes(change: Change, touched: readonly WorldMember[]): readonly string[] {
  if (!change.look) return [];
  const seen = sightOfLook(change.look);
  const isKept = (id: string): boolean =>
    seen.swarm?.members.find((m) => m.id === id)?.labels['skep.hold'] !== undefined;
  const changed = touched.filter((m) => m.labels['skep.hold'] !== undefined && isKept(m.id)).map((m) => m.hostname);
  const removed = removedBy(change).filter((id) => {
    const machine = seen.machines.find((m) => m.id === id);
    const member = machine && memberOn(seen, machine);
    const node = change.before?.machines.find((m) => m.id === id)?.membership?.node;
    const now = change.before?.swarms.flatMap((s) => s.members).find((m) => m.id === node);
    return member?.labels['skep.hold'] !== undefined && now?.labels['skep.hold'] !== undefined;
  });
  return [...changed, ...removed].map((name) => `${name} carries skep.hold and is touched`);
}

/** Members whose wish (role, availability, labels) an effect changed, or which it took off the list. */
function membersTouchedBy({ before, after, cause }: Change): readonly WorldMember[] {
  const now = new Map(after?.swarms.flatMap((swarm) => swarm.members.map((m) => [m.id, m])));
  return (before?.swarms ?? []).flatMap((swarm) =>
    swarm.members.filter((old) => {
      const member = now.get(old.id);
      if (!member) return cause === 'remove-member';
      const wish = (m: WorldMember): string => JSON.stringify([m.role, m.availability, m.labels]);
      return wish(member) !== wish(old);
    }),
  );
}

const HOUR_MS = 3_600_000;

/** S9: a deletion that spec.md 2 does not allow. */
export const S9: Invariant = (trace) => {
  const marks = changesOf(trace, 'write-record').filter(
    (c) => !c.before?.record?.deletion && c.after?.record?.deletion,
  );
  const unmarked = changesOf(trace, 'destroy-carriers', 'forget-record').filter((c) => c.before && !isBeingDeleted(c));
  return [
    ...marks.flatMap((mark) => {
      const why = forbidden(trace, mark, marks);
      return why === null
        ? []
        : [{ invariant: 'S9', at: mark.at, why: `${mark.cluster}: deletion marked although ${why}` }];
    }),
    ...unmarked.map(({ at, cluster, cause }) => ({
      invariant: 'S9',
      at,
      why: `${cluster}: ${cause} and no deletion is marked`,
    })),
  ];
};

function forbidden(trace: Trace, mark: Change, marks: readonly Change[]): string | null {
  const record = mark.before?.record;
  if (!record) return null;
  const { deletionPolicy, paused } = record.spec.spec;
  const isConfirmed = record.intents.some((intent) => intent.kind === 'confirm');
  if (deletionPolicy === 'Retain') return 'its deletionPolicy is Retain';
  if (deletionPolicy === 'Confirm' && !isConfirmed) return 'nobody confirmed it';
  const pause = record.intents.filter((intent) => intent.kind === 'pause' || intent.kind === 'resume').at(-1);
  if (paused || (pause?.kind === 'pause' && pause.until === null)) return 'it is paused';
  const listed = mark.at - (mark.look ? (mark.before?.at ?? 0) - mark.look.listedAt : 0);
  const missing = missingSince(trace, mark.cluster, listed);
  if (missing === null) return 'its document was there when it was listed';
  if (mark.at - missing < trace.graceMs) return `its document was missing for ${mark.at - missing} ms only`;
  if (isConfirmed) return null;
  if (filesAt(trace, listed)?.vanished) return 'the directory had vanished';
  const others = marks.filter(
    (m) => m !== mark && m.at <= mark.at && mark.at - m.at < HOUR_MS && m.cluster !== mark.cluster,
  );
  return others.length >= trace.maxDeletions ? 'another was deleted within the hour' : null;
}

const filesOf = ({ entries }: Trace): readonly Files[] => entries.filter((e): e is Files => e.kind === 'files');
const filesAt = (trace: Trace, at: number): Files | undefined => filesOf(trace).findLast((files) => files.at <= at);

/** Since when no document bears the name, as of `at`; null: one does. Seen only now and then, it may have been back between. */
function missingSince(trace: Trace, name: ClusterName, at: number): number | null {
  const until = filesOf(trace).filter((files) => files.at <= at);
  if (until.at(-1)?.names.includes(name)) return null;
  return (
    until.find((files, i) => !files.names.includes(name) && until.slice(0, i).some((f) => f.names.includes(name)))
      ?.at ?? null
  );
}
