import type { Finding } from '../../model/finding.ts';
import type { Paint, Tone } from './paint.ts';
import { printable } from './printable.ts';
import { plural } from './words.ts';
import { wrap } from './wrap.ts';

const LOOK: { readonly [L in Finding['level']]: { readonly sign: string; readonly tone: Tone } } = {
  ok: { sign: '✓', tone: 'good' },
  warning: { sign: '!', tone: 'warn' },
  trouble: { sign: '✗', tone: 'bad' },
};

/** Every finding with its cure below it, then the sum. */
export function doctorText(findings: readonly Finding[], width: number, paint: Paint): readonly string[] {
  const lines = findings.flatMap(({ check, level, cluster, saw, cure }) => {
    const { sign, tone } = LOOK[level];
    const about = cluster === null ? check : `${check} (${printable(cluster)})`;
    return [
      ...hanging(`${sign} `, `${about}: ${printable(saw)}`, width).map((line) => paint(tone, line)),
      ...(cure === null ? [] : hanging('    → ', printable(cure), width)),
    ];
  });
  return [...lines, '', sum(findings)];
}

function hanging(first: string, text: string, width: number): string[] {
  return wrap(text, width - first.length).map((part, i) => (i === 0 ? first : ' '.repeat(first.length)) + part);
}

function sum(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number => findings.filter((found) => found.level === level).length;
  const parts = [
    count('trouble') > 0 ? plural(count('trouble'), 'trouble') : '',
    count('warning') > 0 ? plural(count('warning'), 'warning') : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'Nothing is wrong.' : `${parts.join(', ')}.`;
}
