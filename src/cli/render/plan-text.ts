import type { Hold } from '../../model/hold.ts';
import type { Difference, RoadStep } from '../../model/plan.ts';
import { describeStep, type Step } from '../../model/step.ts';
import { isPending, type Planned } from '../plan/planned.ts';
import { shownRoad } from '../plan/shown-road.ts';
import { SIMULATED } from './cluster-branch.ts';
import type { Paint, Tone } from './paint.ts';
import { printable } from './printable.ts';
import { describeBatch, describeEstimate, describeLength } from './road-notes.ts';
import { addUp, describeSummary, summarise } from './summary.ts';
import { dayAndTime } from './time.ts';
import { columnsOf, wrap } from './wrap.ts';

const SIGN_TONE: Record<Difference['sign'], Tone> = { '+': 'good', '-': 'bad', '~': 'warn', '!': 'bad' };
/** Steps of one batch that are alike but for their subject: this many are written out. */
const ALIKE_SHOWN = 6;

/** What `skep plan` prints: per cluster the diff, then the road, what is held, the digest; at the end the sum. */
export function planText(plans: readonly Planned[], width: number, paint: Paint): readonly string[] {
  const total = addUp(plans.map(({ road }) => summarise(road)));
  const sum = plans.some(isPending) ? `Plan: ${describeSummary(total)}.` : 'No changes: all is as declared.';
  return [...plans.flatMap((plan) => [...clusterText(plan, width, paint), '']), ...wrap(sum, width)];
}

function clusterText(plan: Planned, width: number, paint: Paint): string[] {
  const road = shownRoad(plan.road);
  const fold = (lead: string, text: string, tone: Tone = 'plain'): string[] =>
    wrap(printable(text), width - columnsOf(lead)).map((line, i) =>
      i === 0 ? paint(tone, lead) + line : ' '.repeat(columnsOf(lead)) + line,
    );
  const mark = plan.provider === 'simulated' ? SIMULATED : plan.provider;
  const lines = fold('', `${plan.name}  ${mark}  ${plan.place ?? 'its document is gone'}`);
  for (const what of plan.blind) lines.push(...fold('  ✗ ', `could not look: ${what}`, 'bad'));
  for (const { sign, subject, change } of road.differences) {
    lines.push(...fold(`  ${sign} `, `${subject}  ${change}`, SIGN_TONE[sign]));
  }
  for (const warning of plan.warnings) lines.push(...fold('  ! ', warning, 'warn'));
  if (road.batches.length > 0) {
    lines.push('', `  The road, ${describeLength(road)}:`);
    for (const [i, batch] of road.batches.entries()) lines.push(...batchText(batch, i + 1, fold));
    for (const text of describeEstimate(road)) lines.push(...fold('  ', text));
  }
  if (road.holds.length > 0) lines.push('', '  Held:', ...road.holds.flatMap((hold) => holdText(hold, fold)));
  if (!isPending(plan) && road.holds.length === 0) lines.push('  As declared.');
  lines.push('', ...fold('  ', `digest ${road.digest}, seen ${dayAndTime(plan.observedAt)}`));
  return lines;
}

type Fold = (lead: string, text: string, tone?: Tone) => string[];

function batchText(batch: readonly RoadStep[], number: number, fold: Fold): string[] {
  const label = `${String(number).padStart(3)}. `;
  const steps = foldSteps(batch).flatMap(({ what, why }, i) => fold(i === 0 ? label : '     ', `${what}  (${why})`));
  const note = describeBatch(batch);
  return note === '' ? steps : [...steps, ...fold('     → ', note)];
}

/** Each step as a line; of many that are alike only the first few, and how many more. */
export function foldSteps(batch: readonly Step[]): readonly { readonly what: string; readonly why: string }[] {
  const groups = new Map<string, Step[]>();
  for (const step of batch) {
    const key = `${step.kind}\n${step.why}`;
    groups.set(key, [...(groups.get(key) ?? []), step]);
  }
  return [...groups.values()].flatMap((alike) => {
    const shown = alike.length <= ALIKE_SHOWN ? alike : alike.slice(0, ALIKE_SHOWN - 1);
    const lines = shown.map((step) => ({ what: describeStep(step), why: step.why }));
    const [first] = alike;
    const more = alike.length - shown.length;
    return more > 0 && first ? [...lines, { what: `and ${more} more like these`, why: first.why }] : lines;
  });
}

function holdText(hold: Hold, fold: Fold): string[] {
  return [
    ...fold('  ! ', `${hold.what}  ${hold.reason}`, 'warn'),
    ...fold('      ', `why: ${hold.why}`),
    ...fold('      ', `release: ${hold.release}`),
  ];
}
