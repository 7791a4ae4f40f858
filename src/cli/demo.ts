import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './edit/replace-file.ts';
import { readSpecDirectory } from './files/spec-files.ts';
import { printable } from './render/printable.ts';
import { nameList } from './render/words.ts';

export type World =
  | {
      readonly provider: 'local';
      /** The node image that works here. */
      readonly image: string;
      /** Where the image comes from, for people. */
      readonly imageOrigin: string;
      /** What it costs in time, disk and memory, for people. */
      readonly cost: string;
      /** Further fields of `spec.local` that nodes need here, e.g. `capAdd`. */
      readonly local: Readonly<Record<string, unknown>>;
    }
  | { readonly provider: 'simulated'; readonly reason: string };

export interface DemoOptions {
  readonly specsDir: string;
  /** The same directory, short, for people. */
  readonly shown: string;
  probe(): Promise<World>;
  /** Clusters that live already, as their status files say. */
  living(): Promise<readonly string[]>;
}

/** Writes `demo.yaml` when the directory has no spec file and no cluster lives. Answers the first lines to print: which world, and why. */
export async function writeDemo({ specsDir, shown, probe, living }: DemoOptions): Promise<readonly string[]> {
  const files = await readSpecDirectory(specsDir);
  if (files.length > 0) {
    const names = files.flatMap(({ documents }) => documents.map((document) => describe(document)));
    return [`Keeping what ${printable(shown)} declares: ${printable(nameList(names) || 'nothing yet')}.`];
  }
  // A document in a directory that lost its files would say that the files were removed on purpose.
  const lost = await living();
  if (lost.length > 0) {
    return [
      `${printable(shown)} declares nothing, and clusters live: ${printable(nameList(lost))}. No demo is written.`,
    ];
  }
  const world = await probe();
  await mkdir(specsDir, { recursive: true });
  await replaceFile(join(specsDir, 'demo.yaml'), await demoText(world));
  const file = printable(`${shown}/demo.yaml`);
  return [
    ...worldLines(world).map(printable),
    `Wrote ${file}: 1 manager, 2 workers. Change a number in it, or delete it.`,
  ];
}

function describe({
  name,
  spec,
}: {
  readonly name: string | null;
  readonly spec: { spec: { provider: string } } | null;
}): string {
  return `${name ?? 'a document without a name'} (${spec?.spec.provider ?? 'with errors'})`;
}

function worldLines(world: World): readonly string[] {
  if (world.provider === 'simulated') {
    return ['World: simulated. Nothing real is made.', `Why: ${world.reason}`];
  }
  return [
    'World: local. Nodes are containers of the Docker engine here; it answers and can run them.',
    `Node image: ${world.image}, ${world.imageOrigin}.`,
    `Cost: ${world.cost}.`,
  ];
}

async function demoText(world: World): Promise<string> {
  const { stringify } = await import('yaml');
  const provider =
    world.provider === 'local'
      ? 'local # containers of the Docker engine here'
      : 'simulated # nothing real is made; with a Docker engine: local';
  const flags = world.provider === 'local' ? { local: { image: world.image, ...world.local } } : null;
  const more = flags === null ? '' : stringify(flags, { lineWidth: 0 }).replace(/^(?=.)/gm, '  ');
  return `# Written because this directory was empty. It is yours: change it and watch.
apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata:
  name: demo
spec:
  provider: ${provider}
  managers:
    count: 1 # 1, 3, 5 or 7
  workers:
    - name: web
      count: 2 # change this number, save, and watch
${more}# Delete this file and the cluster goes, half a minute later.
`;
}
