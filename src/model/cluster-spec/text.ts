import type { Complaint } from '../complaint.ts';

/** Largest specs file in bytes. Whoever reads the file looks at its size first and leaves a larger one unread. */
export const MAX_FILE_BYTES = 1_048_576;

export type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly complaint: Complaint };

/** The complaint about a file of more than `MAX_FILE_BYTES`. */
export function tooLarge(path: string, bytes: number): Complaint {
  return { path, line: 1, column: 1, message: `the file has ${bytes} bytes (allowed: at most ${MAX_FILE_BYTES})` };
}

/** UTF-8 only, with or without a byte order mark, without NUL. */
export function bytesToText(path: string, bytes: Uint8Array): Text {
  if (bytes.byteLength > MAX_FILE_BYTES) return { ok: false, complaint: tooLarge(path, bytes.byteLength) };
  try {
    return checkText(path, new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // U+FFFD stands where decoding broke; one that is meant only moves the position.
    const at = placeOf(new TextDecoder('utf-8').decode(bytes), '\uFFFD');
    return { ok: false, complaint: { path, ...at, message: 'the file is not UTF-8 text (allowed: UTF-8)' } };
  }
}

/** What holds for a text however it came: no byte order mark is left, no NUL is in it, it is not too long. */
export function checkText(path: string, text: string): Text {
  if (text.length > MAX_FILE_BYTES) return { ok: false, complaint: tooLarge(path, text.length) };
  if (text.includes('\0')) {
    const message = 'the file contains a NUL character (allowed: UTF-8 text without NUL)';
    return { ok: false, complaint: { path, ...placeOf(text, '\0'), message } };
  }
  return { ok: true, text: text.startsWith('\uFEFF') ? text.slice(1) : text };
}

function placeOf(text: string, wanted: string): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, text.indexOf(wanted))).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
