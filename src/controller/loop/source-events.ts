import type { EventSink } from '../../base/events.ts';
import { describeComplaint } from '../../model/complaint.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { SourceView } from './source-view.ts';

/** Says what a listing shows that the one before (null: none in this term) did not. */
export function emitSourceChanges(before: SourceView | null, view: SourceView, sink: EventSink): void {
  if (view.vanished && !before?.vanished) sink.emit('SKP107');
  if (!view.vanished && before?.vanished) sink.emit('SKP108');
  if (!view.vanished && !view.complete && view.fileComplaints.size === 0) sink.emit('SKP109');
  for (const [path, complaints] of view.fileComplaints) {
    const texts = complaints.map(describeComplaint);
    const known = before?.fileComplaints.get(path)?.map(describeComplaint);
    if (known?.join('\n') === texts.join('\n')) continue;
    const more = texts.length > 1 ? ` (and ${texts.length - 1} more)` : '';
    sink.emit('SKP101', { what: `${texts[0]}${more}`, path, complaints: texts });
  }
  for (const path of before?.fileComplaints.keys() ?? []) {
    if (!view.vanished && !view.fileComplaints.has(path)) sink.emit('SKP102', { what: path, path });
  }
  for (const [cluster, places] of view.conflicts) {
    if (before?.conflicts.has(cluster)) continue;
    sink.emit('SKP106', { cluster, what: places.map(({ path, line }) => `${path}:${line}`).join(', ') });
  }
  for (const [cluster, { source, specHash, warnings }] of view.documents) {
    const known = before?.documents.get(cluster);
    const what = `${source.path}:${source.line}`;
    if (!known) sink.emit('SKP103', { cluster, what, specHash, warnings });
    else if (known.specHash !== specHash) sink.emit('SKP104', { cluster, what, specHash, warnings });
  }
  const claimed = namesOf(view);
  for (const cluster of before ? namesOf(before) : []) {
    if (claimed.has(cluster) || !view.complete) continue;
    const source = before?.documents.get(cluster)?.source;
    sink.emit('SKP105', source ? { cluster, what: `was at ${source.path}:${source.line}` } : { cluster });
  }
}

const namesOf = (view: SourceView): ReadonlySet<ClusterName> =>
  new Set([...view.documents.keys(), ...view.brokenNames.keys(), ...view.conflicts.keys()]);
