import { readFileSync } from 'node:fs';

interface Plant {
  readonly name: string;
  /** The mistake, in words. */
  readonly what: string;
  /** Below src/, without its ending. */
  readonly file: string;
  /** The expression, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** The invariants by which the search may know it. */
  readonly breaks: readonly string[];
  /** Where below src/simulation/ its schedules are run, e.g. `replicas/`; missing: right there. */
  readonly room?: string;
}

const TABLE: Record<string, Omit<Plant, 'name'>> = JSON.parse(
  readFileSync(new URL('../plants.json', import.meta.url), 'utf8'),
);

export const PLANTS: readonly Plant[] = Object.entries(TABLE).map(([name, plant]) => ({ name, ...plant }));
