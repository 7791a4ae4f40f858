import type { Clock } from '../../../base/clock.ts';
import type { Random } from '../../../base/random.ts';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import type { SwarmRef } from '../../provider.ts';
import type { Table } from '../table/table.ts';

/** All in ms. Our choice, by an agent's turn of 1 s and what Docker takes for the same. */
export interface TableSwarmTimes {
  /** How often an answer is looked for. */
  readonly pollMs: number;
  /** For an answer to a look: a turn, and what an engine without a leader takes to say so. */
  readonly lookMs: number;
  /** From when an agent first saw what was asked until it no longer begins. */
  readonly beginMs: number;
  /** For carrying out what was begun in time: one call to an engine and its answer. */
  readonly doMs: number;
}

export const TABLE_SWARM_TIMES: TableSwarmTimes = { pollMs: 250, lookMs: 10_000, beginMs: 10_000, doMs: 20_000 };

export interface TableSwarmOptions {
  readonly table: Table;
  /** Of the instance that the machine is: where its report stands. */
  readonly arnOf: (cluster: ClusterName, machine: MachineId) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly times: TableSwarmTimes;
}

/** Whoever writes leads under a term. */
export function termOf({ cluster, term }: SwarmRef): number {
  if (term === undefined) throw new Error(`${cluster} is written to without a term`);
  return term;
}

/** Asks again and again until there is an answer; null when `limitMs` are over. */
export async function poll<T>(
  { clock, times }: Pick<TableSwarmOptions, 'clock' | 'times'>,
  limitMs: number,
  ask: () => Promise<T | null>,
  signal: AbortSignal,
): Promise<T | null> {
  for (const end = clock.monotonic() + limitMs; ; ) {
    const answer = await ask();
    if (answer !== null || clock.monotonic() >= end) return answer;
    await clock.sleep(times.pollMs, signal);
  }
}
