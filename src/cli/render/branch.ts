import type { Paint, Tone } from './paint.ts';
import { columnsOf, wrap } from './wrap.ts';

/** One entry of a tree. `sign` and `head` take the tone's colour, `tail` stays plain. All texts are printable. */
export interface Branch {
  readonly sign: string;
  readonly head: string;
  readonly tail: string;
  readonly tone: Tone;
  readonly children: readonly Branch[];
}

export function branch(sign: string, head: string, tail = '', tone: Tone = 'plain', children: Branch[] = []): Branch {
  return { sign, head, tail, tone, children };
}

/** Lines of at most `width` columns; what does not fit goes on beneath, indented. */
export function drawTree(roots: readonly Branch[], width: number, paint: Paint): readonly string[] {
  return roots.flatMap((root) => drawBranch(root, { lead: '', rest: '' }, width, paint));
}

interface Indent {
  /** Before the first line. */
  readonly lead: string;
  /** Before all others. */
  readonly rest: string;
}

function drawBranch(it: Branch, { lead, rest }: Indent, width: number, paint: Paint): string[] {
  const sign = it.sign === '' ? '' : `${it.sign} `;
  const under = `${rest}${it.children.length > 0 ? '│' : ' '}`.padEnd(rest.length + Math.max(1, columnsOf(sign)));
  const text = [it.head, it.tail].filter((part) => part !== '').join(it.head.endsWith(':') ? ' ' : '  ');
  const room = Math.max(10, width - columnsOf(lead) - columnsOf(sign));
  const lines = wrap(text, room).map((line, i) => {
    if (i > 0) return paint('dim', under) + colourHead(line, i, it, paint);
    return paint('dim', lead) + paint(it.tone, sign) + colourHead(line, i, it, paint);
  });
  const last = it.children.length - 1;
  const children = it.children.flatMap((child, i) =>
    drawBranch(
      child,
      { lead: `${rest}${i === last ? '└─ ' : '├─ '}`, rest: `${rest}${i === last ? '   ' : '│  '}` },
      width,
      paint,
    ),
  );
  return [...lines, ...children];
}

/** Colour never spans lines: a head that wraps is coloured on its first line, and whole when there is no tail. */
function colourHead(line: string, index: number, it: Branch, paint: Paint): string {
  if (it.tail === '') return paint(it.tone, line);
  if (index > 0 || !line.startsWith(it.head)) return line;
  return paint(it.tone, it.head) + line.slice(it.head.length);
}
