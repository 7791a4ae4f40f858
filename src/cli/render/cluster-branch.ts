import type { ClusterStatus, StatusFile } from '../../model/status.ts';
import { isNote } from '../plan/shown-road.ts';
import { type Branch, branch } from './branch.ts';
import { poolBranches } from './pool-branches.ts';
import { span } from './time.ts';
import { describeDrift, lookOfPhase, nameList, plural } from './words.ts';

/** Mark on every face of a cluster that is not real. */
export const SIMULATED = '(simulated)';

/** One cluster with all there is to say, trouble first. `now` in ms since the epoch. Takes printable texts. */
export function clusterBranch(file: StatusFile, now: number): Branch {
  const { status } = file;
  const { sign, tone } = lookOfPhase(status.phase);
  if (status.phase === 'Deleted') return branch(sign, ...headOf(file), tone);
  const because = status.because === '' ? [] : [branch('', status.because, '', tone === 'good' ? 'dim' : tone)];
  const children = [
    ...because,
    ...status.complaints.map((complaint) => branch('✗', complaint, '', 'bad')),
    ...status.holds.map((hold) => holdBranch(hold, now)),
    ...stalled(status),
    ...problem(status),
    ...poolBranches(status),
    ...services(status),
    ...carriers(status),
    ...status.drift.map((drift) => branch('!', describeDrift(drift), '', 'warn')),
    ...status.strangers.map(({ what, why }) => branch('?', `not ours: ${what}`, why, 'warn')),
    ...status.warnings.map((warning) => branch('!', warning, '', 'warn')),
    ...(status.notices ?? []).map(({ what, cure }) =>
      branch('!', what, '', 'warn', [branch('', 'cure:', cure, 'good')]),
    ),
    ...next(status),
    ...status.endpoints.map((endpoint) => branch('→', endpoint, '', 'good')),
  ];
  return branch(sign, ...headOf(file), tone, children);
}

/** The same cluster in one line, for a list of many. */
export function clusterLine(file: StatusFile): Branch {
  const { sign, tone } = lookOfPhase(file.status.phase);
  return branch(sign, ...headOf(file), tone);
}

function headOf({ metadata, status }: StatusFile): [string, string] {
  const parts = [nodesReady(status)];
  if (status.phase === 'Deleted') parts[0] = '';
  parts.push(status.simulated || status.provider === 'simulated' ? SIMULATED : (status.provider ?? ''));
  return [`${metadata.name}  ${status.phase}`, parts.filter((part) => part !== '').join('  ')];
}

/** `3 of 5 nodes ready` */
export function nodesReady({ pools }: ClusterStatus): string {
  const declared = pools.reduce((sum, pool) => sum + pool.declared, 0);
  const ready = pools.reduce((sum, pool) => sum + pool.ready, 0);
  return `${ready} of ${plural(declared, 'node')} ready`;
}

function holdBranch(hold: ClusterStatus['holds'][number], now: number): Branch {
  const since = Date.parse(hold.since);
  const age = Number.isNaN(since) ? '' : `for ${span(since, now)}`;
  return branch('!', `held: ${hold.what}`, `${hold.reason}${age === '' ? '' : `, ${age}`}`, 'warn', [
    branch('', `why: ${hold.why}`),
    branch('', 'release:', hold.release, 'good'),
  ]);
}

function stalled({ conditions, because }: ClusterStatus): Branch[] {
  const found = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  return found && found.message !== because ? [branch('✗', `stalled: ${found.reason}`, found.message, 'bad')] : [];
}

function problem({ lastProblem, because }: ClusterStatus): Branch[] {
  if (lastProblem === null || lastProblem === undefined || because.includes(lastProblem)) return [];
  return [branch('✗', `last problem: ${lastProblem}`, '', 'bad')];
}

function services({ servicesBelowStrength, pendingTasks }: ClusterStatus): Branch[] {
  return servicesBelowStrength.map(({ name, declared, running }) => {
    const reasons = pendingTasks.filter(({ service }) => service === name).map(({ detail }) => detail);
    const folded = [...new Set(reasons)].map((reason) => {
      const count = reasons.filter((other) => other === reason).length;
      return branch('', `${plural(count, 'task')} waiting:`, reason);
    });
    return branch('!', `service ${name}`, `${running} of ${declared} running`, 'warn', folded);
  });
}

function carriers({ infrastructure, phase }: ClusterStatus): Branch[] {
  if (!infrastructure || infrastructure.state === 'ready' || phase === 'Pending') return [];
  const what = `what carries the machines: ${infrastructure.state}`;
  return [branch('◐', what, nameList(infrastructure.differences ?? [], 4), 'busy')];
}

const NEXT_SHOWN = 5;

/** On a Ready cluster what is left is bookkeeping. */
function next({ plan, phase }: ClusterStatus): Branch[] {
  const batch = plan?.nextBatch.filter((step) => !isNote(step)) ?? [];
  if (!plan || batch.length === 0 || phase === 'Ready') return [];
  const steps = batch.slice(0, NEXT_SHOWN).map(({ what, why }) => branch('', what, why));
  const more = batch.length - NEXT_SHOWN;
  if (more > 0) steps.push(branch('', `and ${plural(more, 'more step')}`));
  return [branch('◐', 'next', `plan ${plan.digest.slice(0, 12)}`, 'busy', steps)];
}
