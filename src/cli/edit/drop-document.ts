import { readFile, rm } from 'node:fs/promises';
import { badInput, Refusal } from '../exit.ts';
import type { Place } from '../files/spec-files.ts';
import { removeDocument } from './remove-document.ts';
import { replaceFile } from './replace-file.ts';
import { documentSpans } from './yaml-text.ts';

/** Takes one document out of its file; a file that held no other goes with it. */
export async function dropDocument({ file, document }: Place): Promise<'file' | 'document'> {
  const spans = documentSpans(file.text);
  const span = spans.find(({ name }) => name === document.name);
  if (span === undefined)
    throw badInput(`${file.shown}: its metadata.name is not plain text; remove the document by hand`);
  const there = new TextDecoder().decode(await readFile(file.path));
  if (there !== file.text)
    throw new Refusal(`${file.shown} was changed by somebody else meanwhile: try again. Nothing was done.`);
  const text = removeDocument(file.text, spans, span);
  if (text === null) {
    await rm(file.path);
    return 'file';
  }
  await replaceFile(file.path, text);
  return 'document';
}
