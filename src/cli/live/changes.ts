import type { StatusFile } from '../../model/status.ts';
import type { Fleet } from '../files/status-files.ts';
import { nodesReady, SIMULATED } from '../render/cluster-branch.ts';
import { printableDeep } from '../render/printable.ts';

/** What is new in `after`, one line each, without the time. With `nodes` also each node's steps. */
export function describeChanges(before: Fleet | null, after: Fleet, nodes: boolean): readonly string[] {
  const lines = printableDeep(after).clusters.flatMap((file) => {
    const last = before?.clusters.find((other) => other.metadata.name === file.metadata.name);
    return clusterChanges(last === undefined ? null : printableDeep(last), file, nodes);
  });
  const there = new Set(after.clusters.map((file) => file.metadata.name));
  const gone = (before?.clusters ?? []).filter((file) => !there.has(file.metadata.name));
  const complaints = (after.source?.complaints ?? []).filter((text) => !before?.source?.complaints.includes(text));
  return [
    ...printableDeep(complaints),
    ...lines,
    ...printableDeep(gone).map((file) => `${file.metadata.name}  its status file is gone`),
  ];
}

function clusterChanges(before: StatusFile | null, after: StatusFile, nodes: boolean): string[] {
  const { name } = after.metadata;
  const lines = nodes && before !== null ? nodeChanges(before, after) : [];
  const line = clusterText(after);
  return before === null || clusterText(before) !== line ? [...lines, `${name}${line}`] : lines;
}

/** `  Creating  3 of 5 nodes ready: waits for …` */
function clusterText({ status }: StatusFile): string {
  const mark = status.provider === 'simulated' ? ` ${SIMULATED}` : '';
  if (status.phase === 'Deleted') return `${mark}  Deleted`;
  const because = status.because === '' ? '' : `: ${status.because.replace(/; looks again .*$/, '')}`;
  return `${mark}  ${status.phase}  ${nodesReady(status)}${because}`;
}

function nodeChanges(before: StatusFile, after: StatusFile): string[] {
  const { name } = after.metadata;
  const was = new Map(before.status.nodes.map((node) => [node.name, node]));
  const lines = after.status.nodes.flatMap((node) => {
    const old = was.get(node.name);
    was.delete(node.name);
    if (old?.state === node.state && old.message === node.message) return [];
    const message = node.message ? `: ${node.message}` : '';
    const step = old === undefined || old.state === node.state ? node.state : `${old.state} → ${node.state}`;
    return [`${name}  node ${node.name}  ${step}${message}`];
  });
  return [...lines, ...[...was.keys()].map((gone) => `${name}  node ${gone}  gone`)];
}
