import type { SimulatedCluster, SimulationReport } from '../../model/simulation-report.ts';
import { SIMULATED } from './cluster-branch.ts';
import type { Paint, Tone } from './paint.ts';
import { printable } from './printable.ts';
import { span } from './time.ts';
import { drawTimeline } from './timeline.ts';
import { columnsOf, wrap } from './wrap.ts';

/** What `skep simulate` prints: per cluster what the schedules came to, then the course of one of them. */
export function simulationText({ clusters }: SimulationReport, width: number, paint: Paint): readonly string[] {
  return clusters.flatMap((cluster, i) => [...(i > 0 ? [''] : []), ...clusterText(cluster, width, paint)]);
}

const LABEL = 16;
const length = (ms: number): string => span(0, ms) || '0s';
const times = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function clusterText(cluster: SimulatedCluster, width: number, paint: Paint): string[] {
  const { name, places, assumptions, schedules, seed, broken, trace, timeline } = cluster;
  const lines = wrap(`${printable(name)}  ${SIMULATED}  ${printable(places.join(', then '))}`, width).slice();
  for (const text of assumptions) lines.push(...fold('  ! ', text, width, paint, 'dim'));
  const fact = (label: string, text: string, tone: Tone = 'plain'): void => {
    const lead = `  ${label}`.padEnd(LABEL + 2);
    lines.push(...fold(lead, text, width, paint, 'dim', tone));
  };
  lines.push('');
  fact('schedules', schedules === 1 ? `1, seed ${seed}` : `${schedules}, seeds ${seed} to ${seed + schedules - 1}`);
  const what = places.length > 1 ? 'the last version was reached' : 'as declared';
  if (cluster.converge) {
    const { median, max } = cluster.converge;
    fact(
      'converged',
      `${cluster.convergedIn} of ${schedules}; ${what} after ${length(median)} (median), ${length(max)} (longest)`,
    );
  } else fact('converged', `in none of ${schedules}`, 'warn');
  fact('ended', cluster.ends.map(({ phase, schedules: n }) => `${phase} ${n}`).join(', '));
  fact('steps', `${cluster.steps.median} (median), ${cluster.steps.max} (most)`);
  const margin = cluster.lowestMargin;
  if (margin !== null) fact('lowest margin', describeMargin(margin), margin < 0 ? 'warn' : 'plain');
  for (const { name: service, wanted, least, blinkedIn } of cluster.services) {
    const often = `ran ${least} of ${times(wanted, 'task')} at worst, fewer than all in ${times(blinkedIn, 'schedule')}`;
    fact(service, blinkedIn === 0 ? 'never blinked' : often);
  }
  const holds = cluster.holds.map(({ reason, schedules: n }) => `${reason} in ${n}`).join(', ');
  fact('holds met', holds === '' ? 'none' : holds);
  if (broken.length === 0) fact('invariants', 'none broken', 'good');
  for (const { seed: of, invariant, at, why } of broken)
    fact('✗ broken', `${invariant}, seed ${of}, at ${length(at)}: ${why}`, 'bad');
  lines.push('', ...drawTimeline(timeline, broken.length > 0, width, paint));
  if (trace !== null) lines.push('', '  The trace:', ...trace.map((line) => `  ${printable(line)}`));
  return lines;
}

function describeMargin(margin: number): string {
  if (margin < 0) return `${margin}: the managers had no majority for a while`;
  return margin === 0 ? '0: a majority, with none to spare' : `${margin} beyond the majority`;
}

function fold(lead: string, text: string, width: number, paint: Paint, leadTone: Tone, tone: Tone = 'plain'): string[] {
  return wrap(printable(text), width - columnsOf(lead)).map((line, i) =>
    i === 0 ? paint(leadTone, lead) + paint(tone, line) : ' '.repeat(columnsOf(lead)) + paint(tone, line),
  );
}
