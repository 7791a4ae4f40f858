/** Columns that a text takes: wide East Asian characters and emoji take two, combining marks none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

/** Beginnings and ends of the blocks whose characters take two columns. */
const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
] as const;

function columnsOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{M}|\p{Cf}/u.test(character)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Breaks at spaces so that no line is wider than `width`; a word that is wider is broken where it must. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((word) => pieces(word, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) <= width || line === '') line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

function pieces(word: string, width: number): string[] {
  if (columnsOf(word) <= width) return [word];
  const parts: string[] = [''];
  for (const character of word) {
    const last = parts.length - 1;
    if (columnsOf(`${parts[last]}${character}`) > width) parts.push(character);
    else parts[last] += character;
  }
  return parts;
}

/** One line, `…` at its end when it had to be cut. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let short = '';
  for (const character of text) {
    if (columnsOf(short + character) > width - 1) break;
    short += character;
  }
  return `${short}…`;
}
