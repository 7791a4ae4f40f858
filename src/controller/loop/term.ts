import { withFacts } from '../../base/events.ts';
import type { ClusterName } from '../../model/ids.ts';
import { spread } from './backoff.ts';
import type { ControllerEnd, ControllerOptions } from './controller-options.ts';
import { createFleetFiles } from './fleet-files.ts';
import { createLooking } from './keep-looking.ts';
import { createKnowledge } from './knowledge.ts';
import type { Leadership } from './lease.ts';
import { rest } from './lease-times.ts';
import { orCutOff, type PassContext } from './pass-context.ts';
import { createRestTracker } from './until-rest.ts';
import { createWorkQueue, type Taken } from './work-queue.ts';
import { type Outcome, runWorkers } from './workers.ts';

/** Providers hint in bursts, also at our own doing. */
const HINT_MS = 100;
/** Of the 5 s that an end may take, what effects get; the rest writes status and releases the lease. */
const WIND_DOWN_MS = 4_000;
/** For the rest of the loop to end; a provider that still does not answer is left behind. */
const LEAVE_MS = 300;
/** `--once`: between the first and the second time at rest. */
const SECOND_LOOK_MS = 250;
const RESYNC_SPREAD = 0.1;

/** Works as the holder of one term. Null: the term ended before the work was done. */
export async function runTerm(options: ControllerOptions, leadership: Leadership): Promise<ControllerEnd | null> {
  const { clock, random, statuses, inbox, once } = options;
  const sink = withFacts(options.sink, { term: leadership.term });
  const stop = new AbortController();
  const end = (): void => stop.abort();
  leadership.signal.addEventListener('abort', end, { once: true });
  if (leadership.signal.aborted) end();
  const queue = createWorkQueue<ClusterName>(clock, stop.signal);
  const rests = createRestTracker();
  const knowledge = createKnowledge({
    ...options,
    sink,
    enqueue(cluster, priority) {
      if (priority === 'spec') rests.forget(cluster);
      queue.add(cluster, priority);
    },
  });
  const fleet = createFleetFiles(options.specsDirectory, statuses, knowledge.view, { clock, sink });
  const looking = createLooking({
    ...options,
    sink,
    knowledge,
    nextResyncMs: resync,
    onFound: (cluster) => queue.add(cluster, 'operation'),
    onLooked() {
      fleet.touch();
      checkTerm();
      checkRest();
    },
  });
  const cut = new AbortController();
  const cutOff = AbortSignal.any([cut.signal, leadership.over]);
  const workersEnded = new AbortController();
  const allEnded = new AbortController();

  try {
    await statuses.prepare(leadership.term);
    options.hints((cluster) => {
      if (knowledge.knows(cluster)) queue.addAfter(cluster, HINT_MS, 'operation');
    }, stop.signal);
    await visitUntold();
    await looking.look(stop.signal);
    await Promise.race([windDown(), runParts()]);
  } finally {
    end();
    allEnded.abort();
    leadership.signal.removeEventListener('abort', end);
    await looking.close();
  }
  if (leadership.signal.aborted) return null;
  const complaints = [...(knowledge.view()?.fileComplaints.values() ?? [])].flat();
  const vanished = knowledge.view()?.vanished === true;
  return { kind: 'rested', clusters: rests.results(knowledge.clusters()), complaints, vanished };

  async function runParts(): Promise<void> {
    const work = { count: options.workers, queue, visit, resyncMs, onOutcome, clock, random, sink };
    const parts = [
      looking.keepLooking(stop.signal),
      looking.keepRecords(stop.signal),
      fleet.run(stop.signal),
      runWorkers<ClusterName>(work, stop.signal).finally(() => workersEnded.abort()),
    ];
    checkRest();
    // One part that breaks ends the others; then the fault is told upwards.
    await Promise.allSettled(parts.map((part) => part.catch(end)));
    await Promise.all(parts);
  }

  /** Cuts off what is still under way some time after the end was asked for, and resolves when even that did not help. */
  async function windDown(): Promise<void> {
    if (!stop.signal.aborted) await new Promise((go) => stop.signal.addEventListener('abort', go, { once: true }));
    await rest(clock, WIND_DOWN_MS, AbortSignal.any([workersEnded.signal, cutOff]));
    cut.abort();
    await rest(clock, LEAVE_MS, allEnded.signal);
  }

  /** A former holder may have died between a cluster's end and saying so: then only its status file still knows the name. */
  async function visitUntold(): Promise<void> {
    for (const { metadata, status } of await statuses.list()) {
      const priority = status.phase === 'Ready' ? 'resync' : 'operation';
      if (status.phase !== 'Deleted') queue.add(metadata.name as ClusterName, priority);
    }
  }

  function checkTerm(): void {
    const highest = knowledge.highestTerm();
    if (highest > leadership.term) leadership.stepDown(`a record carries term ${highest}`);
  }

  function visit({ key, priority }: Taken<ClusterName>, retryMs: number): Promise<Outcome> {
    const pass = random.id(8);
    const context: PassContext = {
      pass,
      term: leadership.term,
      priority,
      retryMs,
      stopping: stop.signal,
      signal: cutOff,
      mayBegin: () => !stop.signal.aborted && leadership.mayBegin(),
      ...knowledge.snapshot(key),
      listedAt: knowledge.view()?.listedAt ?? 0,
      intents: knowledge.intents(key),
      async intentDone(id) {
        await inbox.remove(id);
        knowledge.noteIntentDone(id);
      },
      noteRecord: (record) => knowledge.noteRecord(key, record),
      sink: withFacts(sink, { cluster: key, pass }),
    };
    return orCutOff(options.reconcile(key, context), context);
  }

  function resync(): number {
    return spread(options.resyncMs, RESYNC_SPREAD, random.next());
  }

  function resyncMs(cluster: ClusterName): number | null {
    return knowledge.knows(cluster) ? resync() : null;
  }

  function onOutcome(cluster: ClusterName, outcome: Outcome): void {
    if (once && rests.note(cluster, outcome)) queue.addAfter(cluster, SECOND_LOOK_MS, 'operation');
    checkRest();
  }

  function checkRest(): void {
    if (!once || !knowledge.view() || knowledge.settlesInMs() !== null) return;
    if (rests.allRest(knowledge.clusters())) end();
  }
}
