import type { Span } from './yaml-text.ts';

/**
 * The file without one document. Comments of the others stay, and so does what stands at the top for the whole file: an
 * editor's mode line, or a block that an empty line sets apart. Null: no document is left.
 */
export function removeDocument(text: string, spans: readonly Span[], span: Span): string | null {
  if (spans.length <= 1) return null;
  const index = spans.indexOf(span);
  const after = text.slice(span.end);
  if (index > 0) return text.slice(0, span.start) + after;
  const head = text.slice(0, span.start);
  // What led to the first document now leads to the second, which brings its own `---`.
  return text.startsWith('---', span.start) ? head + after : headOfFile(head) + after;
}

/** Of the comments before the first document those that are not its own. */
function headOfFile(head: string): string {
  const gap = head.lastIndexOf('\n\n');
  if (gap >= 0) return head.slice(0, gap + 2);
  return head
    .split('\n')
    .filter((line) => line.startsWith('# yaml-language-server:'))
    .map((line) => `${line}\n`)
    .join('');
}
