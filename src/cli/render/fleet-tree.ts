import type { StatusFile } from '../../model/status.ts';
import { type Fleet, isAlive } from '../files/status-files.ts';
import { type Branch, branch } from './branch.ts';
import { clusterBranch, clusterLine, SIMULATED } from './cluster-branch.ts';
import { printableDeep } from './printable.ts';
import { ago } from './time.ts';
import { byTrouble, lookOfPhase, nameList, plural } from './words.ts';

/** From this many on, ready clusters become one line together. */
const FOLD_FROM = 6;

export interface TreeOptions {
  /** ms since the epoch */
  readonly now: number;
  /** Open all clusters, also those without trouble. */
  readonly all: boolean;
  /** The controller is this very process: whether it beats is nothing to tell. */
  readonly own?: boolean;
}

/** The whole fleet: what is wrong with the directory, then the clusters, trouble first. Makes texts printable. */
export function fleetTree(raw: Fleet, { now, all, own = false }: TreeOptions): readonly Branch[] {
  const fleet = printableDeep(raw);
  const clusters = [...fleet.clusters].sort((a, b) => byTrouble(toneOf(a), toneOf(b)));
  const open = clusters.filter(
    (file) => all || clusters.length === 1 || toneOf(file) !== 'good' || file.status.notices,
  );
  const quiet = clusters.filter((file) => !open.includes(file));
  return [
    ...(own ? [] : controllerTrouble(fleet, now)),
    ...directoryTrouble(fleet),
    ...open.map((file) => clusterBranch(file, now)),
    ...quietBranches(quiet),
  ];
}

const toneOf = (file: StatusFile) => {
  const { tone } = lookOfPhase(file.status.phase);
  return tone === 'good' && hasTrouble(file) ? 'warn' : tone;
};

/** Ready, and still something that a person should see. */
function hasTrouble({ status }: StatusFile): boolean {
  return [status.complaints, status.holds, status.drift, status.strangers, status.servicesBelowStrength].some(
    (list) => list.length > 0,
  );
}

function quietBranches(files: readonly StatusFile[]): Branch[] {
  const isSimulated = (file: StatusFile) => file.status.simulated === true || file.status.provider === 'simulated';
  return [false, true].flatMap((simulated) => {
    const group = files.filter((file) => isSimulated(file) === simulated);
    if (group.length < FOLD_FROM) return group.map(clusterLine);
    const names = nameList(
      group.map((file) => file.metadata.name),
      20,
    );
    return [branch('✓', `${plural(group.length, 'cluster')} ready${simulated ? ` ${SIMULATED}` : ''}:`, names, 'good')];
  });
}

function controllerTrouble({ controller }: Fleet, now: number): Branch[] {
  if (isAlive(controller, now)) return [];
  const beat = controller === null ? 'never seen here' : `last seen ${ago(Date.parse(controller.beatAt), now)}`;
  return [branch('!', 'no controller is running', `${beat}; what follows is as it was left`, 'warn')];
}

function directoryTrouble({ source, unreadable }: Fleet): Branch[] {
  const found: Branch[] = [];
  if (source?.vanished) found.push(branch('✗', `the specs directory is gone: ${source.directory}`, '', 'bad'));
  for (const complaint of source?.complaints ?? []) found.push(branch('✗', complaint, '', 'bad'));
  for (const { name, places } of source?.conflicts ?? []) {
    found.push(branch('✗', `two documents are called ${name}: ${places.join(', ')}`, 'neither is in force', 'bad'));
  }
  for (const { name, why, release } of source?.heldDeletions ?? []) {
    found.push(branch('!', `deletion of ${name} is held`, why, 'warn', [branch('', 'release:', release, 'good')]));
  }
  for (const why of unreadable) found.push(branch('?', why, '', 'warn'));
  return found;
}
