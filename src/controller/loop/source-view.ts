import type { ParsedFile } from '../../model/cluster-spec/parse.ts';
import type { Complaint } from '../../model/complaint.ts';
import { type Desired, expand } from '../../model/desired.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { Source } from '../../model/record.ts';

/** What the specs directory said at one listing. A name stands in at most one of the first three. */
export interface SourceView {
  readonly documents: ReadonlyMap<ClusterName, Desired>;
  /** Documents whose name is known and which are wrong. */
  readonly brokenNames: ReadonlyMap<ClusterName, readonly Complaint[]>;
  /** Names that more than one document claims. */
  readonly conflicts: ReadonlyMap<ClusterName, readonly Source[]>;
  /** Everything wrong, by file or directory (relative; `.` is the directory itself). */
  readonly fileComplaints: ReadonlyMap<string, readonly Complaint[]>;
  /** The listing was read in peace, and every file of it parsed. */
  readonly complete: boolean;
  /** The directory itself is not there. Then nothing else is known. */
  readonly vanished: boolean;
  /** Complete, and no document at all. */
  readonly empty: boolean;
  /** Wall time at which the listing began, ms since the epoch. */
  readonly listedAt: number;
  /** The same moment on the monotonic clock. */
  readonly listedMono: number;
  /** The git commit checked out there; null: not told. */
  readonly commit: string | null;
}

export interface ListedFile {
  readonly path: string;
  readonly parsed: ParsedFile;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Path → why it could not be read. */
  readonly troubles: ReadonlyMap<string, string>;
  readonly steady: boolean;
  readonly vanished: boolean;
  readonly listedAt: number;
  readonly listedMono: number;
  readonly commit: string | null;
}

interface Claim {
  readonly source: Source;
  readonly document: ParsedFile['documents'][number];
}

export function foldListing(listing: Listing): SourceView {
  const claims = new Map<ClusterName, Claim[]>();
  const fileComplaints = new Map<string, readonly Complaint[]>();
  for (const [path, message] of listing.troubles) fileComplaints.set(path, [{ path, line: 1, column: 1, message }]);
  for (const { path, parsed } of listing.files) {
    const complaints = [...parsed.complaints, ...parsed.documents.flatMap((document) => document.complaints)];
    if (complaints.length > 0) fileComplaints.set(path, complaints);
    for (const document of parsed.documents) {
      if (document.name === null) continue;
      const claim = { source: { path, line: document.line, commit: listing.commit }, document };
      claims.set(document.name, [...(claims.get(document.name) ?? []), claim]);
    }
  }
  const documents = new Map<ClusterName, Desired>();
  const brokenNames = new Map<ClusterName, readonly Complaint[]>();
  const conflicts = new Map<ClusterName, readonly Source[]>();
  for (const [name, [claim, ...others]] of claims) {
    if (!claim) continue;
    const { source, document } = claim;
    if (others.length > 0) conflicts.set(name, [source, ...others.map((other) => other.source)]);
    else if (document.spec && document.complaints.length === 0) documents.set(name, desiredOf(document, source));
    else brokenNames.set(name, document.complaints);
  }
  const { steady, vanished, listedAt, listedMono, commit } = listing;
  const complete = steady && !vanished && fileComplaints.size === 0;
  const empty = complete && claims.size === 0;
  return { documents, brokenNames, conflicts, fileComplaints, complete, vanished, empty, listedAt, listedMono, commit };
}

/** Parsing and expanding one document gives equal values each time; the maps are by the parsed document itself. */
const expanded = new WeakMap<object, Desired>();

function desiredOf(document: Claim['document'], source: Source): Desired {
  const known = expanded.get(document);
  if (known && known.source.commit === source.commit && known.source.path === source.path) return known;
  if (!document.spec) throw new Error('a good document has a spec');
  const desired = expand(document.spec, source);
  const merged = { ...desired, warnings: [...new Set([...document.warnings, ...desired.warnings])] };
  expanded.set(document, merged);
  return merged;
}
