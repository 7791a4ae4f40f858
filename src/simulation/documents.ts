import type { ClusterName } from '../model/ids.ts';
import { PATHS, type Simulation } from './simulation.ts';

/** The specs directory as people keep it: a checkout whose versions are swapped in whole, each with its commit. */
export interface Documents {
  /** By path; null: there is no such file. */
  text(path: string): string | null;
  /** Of all files, as they stand now. */
  paths(): readonly string[];
  set(path: string, text: string | null): void;
  /** As it was one change ago. */
  undo(): void;
  /** An older version is checked out, commit and all; null: back to the newest. */
  checkOut(stepsBack: number | null): void;
  /** Somebody writes into the files in place: no commit, no swap. */
  scribble(path: string, text: string): void;
  readonly directory: {
    vanish(): void;
    empty(): void;
    deny(): void;
    /** As it should be again. */
    restore(): void;
  };
}

type Files = Readonly<Record<string, string>>;

export function createDocuments(sim: Simulation, first: Files): Documents {
  const { tree, clock, commits, watchers } = sim;
  const versions: Files[] = [first];
  let shown = 0;
  let swaps = 0;

  function show(files: Files, commit: number): void {
    swaps += 1;
    const place = `/checkouts/${swaps}`;
    const hash = commit.toString(16).padStart(40, '0');
    commits.set(hash, commit);
    tree.put(`${place}/.git/HEAD`, hash);
    for (const [path, text] of Object.entries(files)) tree.put(`${place}/${path}`, text);
    tree.link(PATHS.specs, place);
    tree.drop(`/checkouts/${swaps - 1}`);
    tell(files);
  }
  function tell(files: Files | null): void {
    const names = Object.values(files ?? {}).flatMap(namesIn);
    sim.note({ kind: 'files', at: clock.monotonic(), names, vanished: files === null });
    for (const hint of [...watchers]) hint();
  }
  function commit(files: Files): void {
    versions.push(files);
    shown = versions.length - 1;
    show(files, shown);
  }
  const current = (): Files => versions[shown] ?? {};
  show(first, 0);

  return {
    text: (path) => current()[path] ?? null,
    paths: () => Object.keys(current()).sort(),
    set(path, text) {
      const { [path]: _, ...others } = current();
      commit(text === null ? others : { ...others, [path]: text });
    },
    undo: () => commit(versions[Math.max(0, shown - 1)] ?? {}),
    checkOut(stepsBack) {
      shown = stepsBack === null ? versions.length - 1 : Math.max(0, versions.length - 1 - stepsBack);
      show(current(), shown);
    },
    scribble(path, text) {
      tree.put(`${PATHS.specs}/${path}`, text);
      for (const hint of [...watchers]) hint();
    },
    directory: {
      vanish() {
        tree.drop(PATHS.specs);
        tell(null);
      },
      empty: () => show({}, shown),
      deny() {
        tree.denied.add(PATHS.specs);
        for (const hint of [...watchers]) hint();
      },
      restore() {
        tree.denied.clear();
        show(current(), shown);
      },
    },
  };
}

/** Also of a document that does not parse: its author still means that cluster. */
function namesIn(text: string): ClusterName[] {
  return [...text.matchAll(/"name":"([a-z0-9-]+)","labels":/g)].map(([, name]) => name as ClusterName);
}
