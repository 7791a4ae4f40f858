import { readdir, readFile, stat } from 'node:fs/promises';
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
 * Files to read under `path`: itself, or of a directory every `.yaml` and `.yml`, sub-directories included, names that
 * begin with a dot left out. Throws ENOENT when `path` does not exist.
 */
export async function listSpecFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const files: string[] = [];
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  for (const name of names) {
    const child = join(path, name);
    const found = await stat(child).catch(() => null); // a dangling link, or gone meanwhile
    if (found?.isDirectory()) files.push(...(await listSpecFiles(child)));
    else if (found?.isFile() && /\.ya?ml$/.test(name)) files.push(child);
  }
  return files;
}

/** The same for what somebody typed: a path that is not there is bad input. */
export async function listAsked(asked: string, cwd: string): Promise<readonly string[]> {
  try {
    return await listSpecFiles(resolve(cwd, asked));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw badInput(`${asked}: ${code === 'ENOENT' ? 'there is no such file or directory' : message}`);
  }
}

export async function readSpecFile(path: string, root: string): Promise<SpecFile> {
  const { parseFile } = await import('../../model/cluster-spec/parse.ts');
  const bytes = await readFile(path);
  const shown = relative(root, path).split(sep).join('/') || path;
  const { documents, complaints } = parseFile(shown, bytes);
  return { path, shown, text: bytes.toString('utf8'), documents, complaints };
}

/** All spec files under `dir`; none when it is not there. */
export async function readSpecDirectory(dir: string): Promise<readonly SpecFile[]> {
  const paths = await listSpecFiles(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files: SpecFile[] = [];
  for (const path of paths) files.push(await readSpecFile(path, dir));
  return files;
}

export interface Place {
  readonly file: SpecFile;
  readonly document: ParsedDocument;
}

/** Every document that claims `name`. */
export function placesOf(files: readonly SpecFile[], name: string): readonly Place[] {
  return files.flatMap((file) =>
    file.documents.filter((document) => document.name === name).map((document) => ({ file, document })),
  );
}

export const complaintsOf = (file: SpecFile): readonly Complaint[] => [
  ...file.complaints,
  ...file.documents.flatMap((document) => document.complaints),
];

/** Lines for people. */
export const complaintLines = (complaints: readonly Complaint[]): string[] =>
  complaints.map((complaint) => printable(describeComplaint(complaint)));
