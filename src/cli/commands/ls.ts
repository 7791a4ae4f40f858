import { type AddCommand, print } from '../command.ts';
import { EXIT } from '../exit.ts';
import { type PathFlags, pathsOf, withPaths } from '../files/paths.ts';
import { allPlaces, describePlace, readSpecDirectory } from '../files/spec-files.ts';
import { readFleet } from '../files/status-files.ts';
import { outputOption } from '../flags.ts';
import { nodesReady } from '../render/cluster-branch.ts';
import { tableWidthOf } from '../render/paint.ts';
import { printableDeep, printableJson } from '../render/printable.ts';
import { drawTable } from '../render/table.ts';

interface Flags extends PathFlags {
  readonly output: 'table' | 'json';
}

interface Row {
  readonly name: string;
  readonly provider: string | null;
  readonly phase: string | null;
  readonly nodes: string | null;
  /** `path:line`; null: its document is gone. */
  readonly declared: string | null;
}

export const addLs: AddCommand = ({ program, context, action }) => {
  const command = program
    .command('ls')
    .description('List what is declared and what is there.')
    .addOption(outputOption('table', 'json'));
  withPaths(command, 'specs', 'status').action(
    action(async (flags: Flags) => {
      const rows = await listRows(pathsOf(flags, context));
      if (flags.output === 'json') print(context, printableJson({ kind: 'ClusterList', items: rows }));
      else print(context, table(printableDeep(rows), tableWidthOf(context.stdout, context.env)));
      return EXIT.asWanted;
    }),
  );
};

async function listRows({
  specs,
  status,
}: {
  readonly specs: string;
  readonly status: string;
}): Promise<readonly Row[]> {
  const [files, fleet] = await Promise.all([readSpecDirectory(specs), readFleet(status)]);
  const statuses = new Map(fleet.clusters.map((file) => [file.metadata.name, file.status]));
  const declared = allPlaces(files).flatMap((place): Row[] => {
    const { name, spec } = place.document;
    if (name === null) return [];
    const seen = statuses.get(name);
    const provider = spec?.spec.provider ?? seen?.provider ?? null;
    return [
      {
        name,
        provider,
        phase: seen?.phase ?? null,
        nodes: seen ? nodesReady(seen) : null,
        declared: describePlace(place),
      },
    ];
  });
  const named = new Set(declared.map(({ name }) => name));
  const others = fleet.clusters
    .filter(({ metadata }) => !named.has(metadata.name as Row['name']))
    .map(({ metadata: { name }, status: { provider, phase }, status }): Row => {
      return { name, provider, phase, nodes: nodesReady(status), declared: null };
    });
  return [...declared, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function table(rows: readonly Row[], width: number): readonly string[] {
  const cells = rows.map(({ name, provider, phase, nodes, declared }) => [
    name,
    provider === 'simulated' ? '(simulated)' : (provider ?? '?'),
    phase ?? 'no status',
    nodes ?? '-',
    declared ?? 'document gone',
  ]);
  return drawTable(['NAME', 'PROVIDER', 'PHASE', 'NODES', 'DECLARED IN'], cells, width);
}
