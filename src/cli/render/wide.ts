import type { StatusFile } from '../../model/status.ts';
import { nodesReady, SIMULATED } from './cluster-branch.ts';
import { printableDeep } from './printable.ts';
import { drawTable } from './table.ts';

const HEADER = ['NODE', 'POOL', 'ZONE', 'ROLE', 'STATE', 'ADDRESS', 'ENGINE', 'TASKS', 'MESSAGE'];

/** Every node of every cluster in a table. */
export function wideTables(files: readonly StatusFile[], width: number): readonly string[] {
  return printableDeep(files).flatMap((file, i) => [...(i > 0 ? [''] : []), ...wideTable(file, width)]);
}

function wideTable({ metadata, status }: StatusFile, width: number): string[] {
  const mark = status.provider === 'simulated' ? `  ${SIMULATED}` : `  ${status.provider ?? ''}`;
  const title = `${metadata.name}  ${status.phase}  ${nodesReady(status)}${mark}`;
  const rows = status.nodes.map((node) => [
    node.name,
    node.pool,
    node.zone ?? '-',
    node.role,
    node.outdated ? `${node.state}, outdated` : node.state,
    node.address ?? '-',
    node.engine ?? '-',
    String(node.tasks),
    node.message ?? '',
  ]);
  return [title, status.because, ...drawTable(HEADER, rows, width)];
}
