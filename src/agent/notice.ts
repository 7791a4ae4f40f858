import { z } from 'zod';
import { fail, ok, type Result } from '../base/result.ts';
import type { Problem } from '../model/problem.ts';
import type { Report } from '../providers/aws/table/report.ts';
import type { Metadata } from './metadata.ts';

/** That this instance is going to be taken away, as a report says it. */
export type Notice = NonNullable<Report['leaving']>;

/** In the order of urgency: a spot interruption leaves two minutes, a lifecycle hook its time, a recommendation any. */
const SOURCES: readonly { readonly path: string; readonly read: (text: string) => Notice | null }[] = [
  { path: 'meta-data/spot/instance-action', read: (text) => ({ cause: 'spot', at: timeIn(text, 'time') }) },
  { path: 'meta-data/autoscaling/target-lifecycle-state', read: readTarget },
  {
    path: 'meta-data/events/recommendations/rebalance',
    read: (text) => ({ cause: 'rebalance', at: timeIn(text, 'noticeTime') }),
  },
];

/**
 * The most urgent notice; null: there is none. What is seen counts although another source could not be read; that there
 * is none is only said when all were.
 */
export async function readNotice(metadata: Metadata, signal: AbortSignal): Promise<Result<Notice | null, Problem>> {
  let problem: Problem | null = null;
  for (const { path, read } of SOURCES) {
    const found = await metadata.read(path, signal);
    if (!found.ok) problem ??= found.problem;
    const notice = found.ok && found.value !== null ? read(found.value) : null;
    if (notice) return ok(notice);
  }
  return problem ? fail(problem) : ok(null);
}

/** Where Auto Scaling is taking this instance: `InService`, or away (Auto Scaling User Guide, "target lifecycle state"). */
function readTarget(text: string): Notice | null {
  return text.trim() === 'Terminated' ? { cause: 'terminating', at: null } : null;
}

/** Null: EC2 announced it without a time that can be read. The announcement counts all the same. */
function timeIn(text: string, field: string): number | null {
  try {
    const read = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    const at = read.success ? Date.parse(String(read.data[field])) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}
