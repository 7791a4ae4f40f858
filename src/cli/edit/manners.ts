import type { ToStringOptions } from 'yaml';

/** The writer's own habits, so that a rewritten document looks like the one it was. */
export function manners(chunk: string): ToStringOptions {
  const indent = /^( +)\S/m.exec(chunk)?.[1]?.length ?? 2;
  return {
    lineWidth: 0,
    indent: indent >= 2 && indent <= 8 ? indent : 2,
    indentSeq: !/^( *)[\w-]+:[^\n]*\n(?: *#[^\n]*\n)*\1- /m.test(chunk),
    flowCollectionPadding: /\{ \S/.test(chunk),
  };
}
