import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseFile } from '../../model/cluster-spec/parse.ts';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import { badInput, Refusal } from '../exit.ts';
import { complaintLines } from '../files/spec-files.ts';
import { replaceFile } from './replace-file.ts';

export interface Save {
  readonly path: string;
  readonly shown: string;
  /** What was read before the edit; null: the file must not exist yet. */
  readonly before: string | null;
  readonly after: string;
  /** The cluster whose document was edited: it must be good afterwards. */
  readonly name: string;
}

/** Writes an edited file, unless the parser has something against it: then nothing is written. */
export async function saveSpec({ path, shown, before, after, name }: Save): Promise<ClusterSpec> {
  const { documents, complaints } = parseFile(shown, after);
  const mine = documents.filter((document) => document.name === name);
  // A name that is itself wrong is no name: then the nameless document is meant.
  const meant = mine.length > 0 ? mine : documents.filter((document) => document.name === null);
  const wrong = [...complaints, ...meant.flatMap((document) => document.complaints)];
  if (wrong.length > 0) throw badInput([...complaintLines(wrong), 'Nothing was written.'].join('\n'));
  const spec = mine[0]?.spec;
  if (!spec || mine.length > 1)
    throw badInput(`${shown}: afterwards ${mine.length} documents were called ${name}. Nothing was written.`);
  if (after === before) return spec;
  const there = await readText(path);
  if (there !== null && before === null) throw badInput(`${shown} exists already. Nothing was written.`);
  if (there !== before)
    throw new Refusal(`${shown} was changed by somebody else meanwhile: try again. Nothing was written.`);
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, after);
  return spec;
}

/** As specs are read: without a byte order mark. Null: there is no such file. */
async function readText(path: string): Promise<string | null> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
