import type { Road } from '../../model/plan.ts';
import { isPending, type Planned } from '../plan/planned.ts';
import { shownRoad } from '../plan/shown-road.ts';
import { SIMULATED } from './cluster-branch.ts';
import { foldSteps } from './plan-text.ts';
import { printable } from './printable.ts';
import { describeBatch, describeEstimate, describeLength } from './road-notes.ts';
import { addUp, describeSummary, summarise } from './summary.ts';
import { dayAndTime } from './time.ts';
import { plural } from './words.ts';

/** For a comment on a pull request. Whatever comes from outside stands in code, so that nothing of it is markup. */
export function planMarkdown(plans: readonly Planned[]): readonly string[] {
  const total = describeSummary(addUp(plans.map(({ road }) => summarise(road))));
  const title = plans.some(isPending) ? `### skep plan: ${total}` : '### skep plan: no changes';
  return [title, ...plans.flatMap(clusterMarkdown)];
}

function clusterMarkdown(plan: Planned): string[] {
  const road = shownRoad(plan.road);
  const mark = plan.provider === 'simulated' ? ` ${SIMULATED}` : '';
  const lines = [
    '',
    `#### ${code(plan.name)}${mark} — ${plan.place === null ? 'its document is gone' : code(plan.place)}`,
  ];
  for (const what of plan.blind) lines.push('', `**Could not look:** ${code(what)}`);
  for (const warning of plan.warnings) lines.push('', `**Warning:** ${code(warning)}`);
  const diff = road.differences.map(({ sign, subject, change }) => `${sign} ${subject}  ${change}`);
  if (diff.length > 0) lines.push('', ...fenced('diff', diff));
  if (road.batches.length > 0) {
    const steps = road.batches.flat().length;
    const size = `${describeLength(road)}, ${plural(steps, 'step')}`;
    lines.push('', `<details><summary>The road: ${size}</summary>`, '', ...roadMarkdown(road), '', '</details>');
    for (const text of describeEstimate(road)) lines.push('', `* ${text}`);
  }
  for (const hold of road.holds) {
    lines.push(
      '',
      `**Held:** ${code(hold.what)} (${hold.reason})`,
      '',
      `* why: ${code(hold.why)}`,
      `* release: ${code(hold.release)}`,
    );
  }
  if (!isPending(plan) && road.holds.length === 0) lines.push('', 'As declared.');
  return [...lines, '', `Digest ${code(road.digest)}, seen ${dayAndTime(plan.observedAt)}.`];
}

function roadMarkdown(road: Road): string[] {
  return road.batches.flatMap((batch, i) => {
    const steps = foldSteps(batch).map(({ what, why }) => `${code(what)}: ${code(why)}`);
    const note = describeBatch(batch);
    const lines = note === '' ? steps : [...steps, `→ ${code(note)}`];
    return lines.map((line, j) => `${j === 0 ? `${i + 1}.` : '  '} ${line}${'  '}`);
  });
}

/** A code span that the text cannot end. */
function code(raw: string): string {
  const text = printable(raw);
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

function fenced(language: string, raw: readonly string[]): string[] {
  const lines = raw.map(printable);
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence];
}
