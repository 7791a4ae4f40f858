import type { Output } from '../context.ts';

/** A picture that is drawn over itself. Only for terminals. */
export interface Redraw {
  /** Draws `lines` in place of the last ones; the same lines again draw nothing. */
  draw(lines: readonly string[]): void;
  /** Leaves the last picture standing and gives the cursor back. */
  finish(): void;
}

export function createRedraw(output: Output): Redraw {
  let shown: readonly string[] = [];
  let columns = output.columns();
  let begun = false;

  function draw(all: readonly string[]): void {
    const lines = cropped(all, output.rows());
    const resized = columns !== output.columns();
    if (begun && !resized && lines.join('\n') === shown.join('\n')) return;
    const home = resized ? '\x1b[2J\x1b[H' : shown.length > 0 ? `\x1b[${shown.length}A` : '';
    const hide = begun ? '' : '\x1b[?25l';
    output.write(`${hide}${home}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    shown = lines;
    columns = output.columns();
    begun = true;
  }

  return {
    draw,
    finish: () => {
      if (begun) output.write('\x1b[?25h');
    },
  };
}

/** What scrolled out of the window could not be drawn over. */
function cropped(lines: readonly string[], rows: number | undefined): readonly string[] {
  const room = Math.max(2, (rows ?? 24) - 1);
  if (lines.length <= room) return lines;
  return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines (skep status)`];
}
