import { readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { ParsedDocument } from '../../model/cluster-spec/parse.ts';
import { type Complaint, describeComplaint } from '../../model/complaint.ts';
import { badInput } from '../exit.ts';
import { printable } from '../render/printable.ts';

/** One file of specs as it stands now. */
export interface SpecFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to where the listing began, for people and for `source.path`. */
  readonly shown: string;
  readonly text: string;
  readonly documents: readonly ParsedDocument[];
  readonly complaints: readonly Complaint[];
}

/**
 * A file, or every spec file below a directory, found as the controller finds them. Shown relative to `root`.
 * Rejects with ENOENT when there is no such path.
 */
async function readSpecs(path: string, root: string): Promise<readonly SpecFile[]> {
  if (!(await stat(path)).isDirectory()) return [await parsed(path, root, await readFile(path))];
  const [{ walkTree }, { realFileDoor }, { tooLarge }] = await Promise.all([
    import('../../controller/loop/walk-tree.ts'),
    import('../../controller/loop/file-door.ts'),
    import('../../model/cluster-spec/text.ts'),
  ]);
  const walk = await walkTree(realFileDoor, path);
  if (walk.kind === 'vanished') return [];
  const files: SpecFile[] = [];
  for (const { path: below, bytes, size } of walk.files) {
    const full = join(path, below);
    if (bytes !== null) files.push(await parsed(full, root, bytes));
    else files.push(unread(full, root, (shown) => tooLarge(shown, size)));
  }
  for (const [below, message] of walk.troubles) {
    files.push(unread(join(path, below), root, (shown) => ({ path: shown, line: 1, column: 1, message })));
  }
  return files;
}

/** The same for what somebody typed: a path that is not there is bad input. */
export async function readAsked(asked: string, cwd: string, root = cwd): Promise<readonly SpecFile[]> {
  try {
    return await readSpecs(resolve(cwd, asked), root);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw badInput(`${asked}: ${code === 'ENOENT' ? 'there is no such file or directory' : message}`);
  }
}

/** All spec files under the specs directory; none when it is not there. */
export async function readSpecDirectory(dir: string): Promise<readonly SpecFile[]> {
  return readSpecs(dir, dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function parsed(path: string, root: string, bytes: Uint8Array): Promise<SpecFile> {
  const { parseFile } = await import('../../model/cluster-spec/parse.ts');
  const shown = shownAs(path, root);
  const { documents, complaints } = parseFile(shown, bytes);
  return { path, shown, text: new TextDecoder().decode(bytes), documents, complaints };
}

function unread(path: string, root: string, complain: (shown: string) => Complaint): SpecFile {
  const shown = shownAs(path, root);
  return { path, shown, text: '', documents: [], complaints: [complain(shown)] };
}

const shownAs = (path: string, root: string): string => relative(root, path).split(sep).join('/') || path;

export interface Place {
  readonly file: SpecFile;
  readonly document: ParsedDocument;
}

export const allPlaces = (files: readonly SpecFile[]): readonly Place[] =>
  files.flatMap((file) => file.documents.map((document) => ({ file, document })));

/** Every document that claims `name`. */
export const placesOf = (files: readonly SpecFile[], name: string): readonly Place[] =>
  allPlaces(files).filter(({ document }) => document.name === name);

export const describePlace = ({ file, document }: Place): string => `${file.shown}:${document.line}`;

export const complaintsOf = (file: SpecFile): readonly Complaint[] => [
  ...file.complaints,
  ...file.documents.flatMap((document) => document.complaints),
];

/** Lines for people. */
export const complaintLines = (complaints: readonly Complaint[]): string[] =>
  complaints.map((complaint) => printable(describeComplaint(complaint)));
