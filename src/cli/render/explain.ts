import type { StatusFile } from '../../model/status.ts';
import { isNote } from '../plan/shown-road.ts';
import { nodesReady, SIMULATED } from './cluster-branch.ts';
import type { Paint, Tone } from './paint.ts';
import { printableDeep } from './printable.ts';
import { describeEstimate } from './road-notes.ts';
import { ago, span } from './time.ts';
import { describeDrift, lookOfNode, lookOfPhase, nameList } from './words.ts';
import { wrap } from './wrap.ts';

export interface ExplainFacts {
  /** ms since the epoch */
  readonly now: number;
  /** A controller is running. */
  readonly alive: boolean;
}

/** A cluster in sentences: how it is, why, what comes next, and what a person can do. */
export function explainText(raw: StatusFile, facts: ExplainFacts, width: number, paint: Paint): readonly string[] {
  const file = printableDeep(raw);
  const sections = [
    how(file, facts),
    section('What is wrong', wrong(file)),
    section('What is held', held(file, facts)),
    section('Worth knowing', [...file.status.warnings, ...(file.status.notices ?? []).map(({ what }) => what)]),
    section('What comes next', next(file)),
    section('What you can do', cures(file, facts)),
    section('What happened last', past(file, facts)),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, i) => [...(i > 0 ? [''] : []), ...render(lines, width, paint)]);
}

interface Line {
  readonly indent: string;
  readonly text: string;
  readonly tone: Tone;
}

function render(lines: readonly Line[], width: number, paint: Paint): string[] {
  return lines.flatMap(({ indent, text, tone }) =>
    wrap(text, width - indent.length).map(
      (part, i) => (i === 0 ? indent : ' '.repeat(indent.length)) + paint(tone, part),
    ),
  );
}

const line = (text: string, tone: Tone = 'plain'): Line => ({ indent: '', text, tone });
const item = (text: string): Line => ({ indent: '  * ', text, tone: 'plain' });

const section = (title: string, texts: readonly string[]): Line[] =>
  texts.length === 0 ? [] : [line(`${title}:`), ...texts.map(item)];

function how({ metadata, status }: StatusFile, { alive }: ExplainFacts): Line[] {
  const mark = status.provider === 'simulated' ? ` ${SIMULATED}` : '';
  const lines = [
    line(`${metadata.name}${mark} is ${status.phase}, ${nodesReady(status)}.`, lookOfPhase(status.phase).tone),
    line(status.because),
  ];
  if (!alive)
    lines.push(line('No controller is running: nothing moves by itself, and this is as it was left.', 'warn'));
  return lines.filter(({ text }) => text !== '');
}

function wrong({ status }: StatusFile): string[] {
  const sick = status.nodes.filter((node) => ['bad', 'warn'].includes(lookOfNode(node.state).tone));
  const { managers } = status;
  return [
    ...status.complaints,
    ...(managers && managers.margin < 0
      ? [
          `the quorum is lost: ${managers.reachable} of ${managers.members} managers answer, ${managers.quorum} are needed`,
        ]
      : []),
    ...sick.map((node) => `node ${node.name} is ${node.state}${node.message ? `: ${node.message}` : ''}`),
    ...status.servicesBelowStrength.map(
      ({ name, declared, running }) => `service ${name}: ${running} of ${declared} tasks run`,
    ),
    ...[...new Set(status.pendingTasks.map(({ service, detail }) => `service ${service} waits: ${detail}`))],
    ...status.drift.map(describeDrift),
    ...status.strangers.map(({ what, why }) => `not ours, and left alone: ${what} (${why})`),
    ...(status.lastProblem ? [`the last problem: ${status.lastProblem}`] : []),
  ];
}

const held = ({ status }: StatusFile, { now }: ExplainFacts): string[] =>
  status.holds.map(
    ({ what, reason, why, since }) => `${what} (${reason}): ${why}; for ${span(Date.parse(since), now)}`,
  );

function next({ status }: StatusFile): string[] {
  const shown = <S extends { kind: string; why: string }>(all: readonly S[] = []): readonly S[] =>
    all.filter((s) => !isNote(s));
  const steps = shown(status.plan?.nextBatch).map(({ what, why }) => `${what}: ${why}`);
  const later = shown(status.plan?.road).length - steps.length;
  if (steps.length > 0 && later > 0) steps.push(`then ${later} more (skep plan shows all)`);
  const { estimate } = status.plan ?? {};
  return estimate ? [...steps, ...describeEstimate({ estimate, isCut: estimate.isCut })] : steps;
}

function cures({ metadata: { name }, status }: StatusFile, { alive }: ExplainFacts): string[] {
  const list = [
    ...new Set([...status.holds.map(({ release }) => release), ...(status.notices ?? []).map(({ cure }) => cure)]),
  ];
  if (!alive) list.push('start the controller: skep run');
  if (status.complaints.length > 0) list.push('mend the file; the last good version stays in force until then');
  if (status.phase === 'Ready') {
    list.push(`use it: skep docker ${name} -- node ls`);
    if (status.endpoints.length > 0) list.push(`reach it at ${nameList(status.endpoints)}`);
  }
  return status.provider === 'simulated' ? list.filter((text) => !text.startsWith('use it')) : list;
}

const past = ({ status }: StatusFile, { now }: ExplainFacts): string[] =>
  status.history.map(({ at, change, result }) => `${ago(Date.parse(at), now)}: ${change}: ${result}`);
