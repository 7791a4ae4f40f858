import { fail, ok, type Result } from '../../../base/result.ts';
import type { ClusterName, MachineId } from '../../../model/ids.ts';
import type { SwarmView } from '../../../model/observed.ts';
import type { Problem } from '../../../model/problem.ts';
import type { SwarmRef } from '../../provider.ts';
import { beginLook, readLook } from '../table/look.ts';
import { type Report, readReports } from '../table/report.ts';
import { readHead, readView, type ViewHead } from '../table/view.ts';
import { poll, type TableSwarmOptions } from './swarm-options.ts';

type Answer<T> = Promise<Result<T, Problem>>;

/** A node's report, and whether it was made after the look that asked for it: only then may something be taken away by it. */
export interface SeenReport {
  readonly report: Report;
  readonly isFresh: boolean;
}

/** A node that left so many looks in a row unanswered is silent. Our choice: a restart of its agent takes less. */
const SILENT_LOOKS = 3;
/** A silent node is waited for so long, in ms: two turns of an agent that is back. It is not taken for fresh by that. */
const SILENT_MS = 2_000;

export interface Looks {
  /**
   * Begins a look and answers when every machine that ever reported has answered it, or its time is over; nobody waits
   * that long for one that was silent before. In the order of `machines`; null: it has not reported. Without a term no look is begun, and no report is fresh.
   */
  reports(ref: SwarmRef, machines: readonly MachineId[], signal: AbortSignal): Answer<readonly (SeenReport | null)[]>;
  /** The view that answers the look of `reports`, and a new look each further time. Without a term: the last view. */
  view(ref: SwarmRef, signal: AbortSignal): Answer<SwarmView>;
}

export function createLooks(options: TableSwarmOptions): Looks {
  const { table, arnOf, times } = options;
  /** Looks that no view was given for yet. */
  const open = new Map<ClusterName, number>();

  async function begin({ cluster, term, spec }: SwarmRef, signal: AbortSignal): Answer<number | null> {
    if (term === undefined) return ok(null);
    const begun = await beginLook(table, cluster, term, signal, spec?.spec.managers.count);
    if (begun.ok) return ok(begun.value.look);
    if (begun.problem.kind !== 'conflict') return begun;
    // One that was begun since we came is as good as our own, unless a newer term began it.
    const other = await readLook(table, cluster, signal);
    if (!other.ok) return other;
    return other.value && other.value.term <= term ? ok(other.value.look) : begun;
  }

  return {
    async reports(ref, machines, signal) {
      const { cluster } = ref;
      if (machines.length === 0) return ok([]); // nobody would answer, and a cluster that was cleared stays so
      const begun = await begin(ref, signal);
      if (!begun.ok) return begun;
      const look = begun.value;
      if (look !== null) open.set(cluster, look);
      const arns = machines.map((id) => arnOf(cluster, id));
      const began = options.clock.monotonic();
      const isAwaited = (report: Report): boolean => {
        const behind = (look ?? 0) - report.look;
        return behind > SILENT_LOOKS ? options.clock.monotonic() - began < SILENT_MS : behind > 0;
      };
      let last: readonly Result<Report | null, Problem>[] = [];
      const trouble = await poll(
        options,
        look === null ? 0 : times.lookMs,
        async () => {
          const read = await readReports(table, cluster, arns, signal);
          if (!read.ok) return read;
          last = read.value;
          return last.some((each) => each.ok && each.value && isAwaited(each.value)) ? null : 'all';
        },
        signal,
      );
      if (trouble !== null && trouble !== 'all') return trouble;
      return ok(last.map((each) => (each.ok && each.value ? seen(each.value, look) : null)));
    },

    async view(ref, signal) {
      const { cluster } = ref;
      const given = open.get(cluster);
      open.delete(cluster);
      const begun = given === undefined ? await begin(ref, signal) : ok(given);
      if (!begun.ok) return begun;
      const look = begun.value ?? 0;
      const answered = await poll(options, times.lookMs, () => viewOf(cluster, look, signal), signal);
      return answered ?? fail({ kind: 'unreachable', what: `the swarm of ${cluster}`, detail: 'no manager reports' });
    },
  };

  /** Null: not answered yet, or replaced while it was read. */
  async function viewOf(cluster: ClusterName, look: number, signal: AbortSignal) {
    const head = await readHead(table, cluster, signal);
    if (!head.ok) return head;
    if (head.value === null || head.value.look < look) return null;
    const view = await readView(table, cluster, head.value, signal);
    return !view.ok && view.problem.kind === 'conflict' && !isSaid(head.value) ? null : view;
  }
}

const isSaid = ({ problem }: ViewHead): boolean => problem?.kind === 'conflict';

const seen = (report: Report, look: number | null): SeenReport => ({
  report,
  isFresh: look !== null && report.look >= look,
});
