import { describeError } from '../../base/events.ts';
import type { ControllerFile } from '../../model/fleet-status.ts';
import type { ControllerEnd, ControllerOptions } from './controller-options.ts';
import { type Leadership, runLeader } from './lease.ts';
import { LEASE_TIMES } from './lease-times.ts';
import { runTerm } from './term.ts';

export type { ControllerEnd, ControllerOptions } from './controller-options.ts';

const BEAT_MS = 5_000;

/**
 * Keeps the clusters while it holds the lease, stands by while another does. Ends within 5 s of `signal`'s abort, or
 * by itself with `once`. Never rejects for trouble in the world.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<ControllerEnd> {
  const { lease, clock, random, sink, id, leaseTimes = LEASE_TIMES } = options;
  const startedAt = clock.now();
  let result: ControllerEnd = { kind: 'stopped' };
  sink.emit('SKP407', { id, owner: options.owner });
  await runLeader(
    {
      store: lease,
      isInPlace: () => lease.isInPlace(),
      id,
      clock,
      random,
      sink,
      times: leaseTimes,
      highestTerm: () => readHighestTerm(options, signal),
      onStandby: (seen) => options.onStandby?.(seen),
      onLeading,
    },
    signal,
  );
  sink.emit('SKP408', { id });
  return result;

  async function onLeading(leadership: Leadership): Promise<void> {
    const ended = new AbortController();
    const beating = beat(leadership, ended.signal);
    try {
      const end = await runTerm(options, leadership);
      if (end) result = end;
    } finally {
      ended.abort();
      await beating;
    }
    // After a lost lease the file is another's.
    if (signal.aborted || result.kind === 'rested') await writeBeat('stopped', leadership.term);
  }

  async function beat(leadership: Leadership, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      if (!leadership.signal.aborted) await writeBeat('leading', leadership.term);
      await clock.sleep(BEAT_MS, ended).catch(() => {});
    }
  }

  async function writeBeat(role: ControllerFile['role'], term: number): Promise<void> {
    const { owner, pid, version } = options;
    const at = { startedAt: new Date(startedAt).toISOString(), beatAt: new Date(clock.now()).toISOString() };
    const file = { apiVersion: 'skep/v1alpha1', kind: 'ControllerStatus', owner, id, pid, version, role, term, ...at };
    await options.statuses
      .writeController(file as ControllerFile)
      .catch((error) => sink.emit('SKP415', { what: `of the controller: ${describeError(error)}` }));
  }
}

/** Of what can be asked now: statuses carry it too, should the lease and a provider be away together. */
async function readHighestTerm({ records, statuses }: ControllerOptions, signal: AbortSignal): Promise<number> {
  const listed = await records(signal).catch(() => ({ records: [] }));
  return Math.max(await statuses.highestTerm(), ...listed.records.map(({ term }) => term));
}
