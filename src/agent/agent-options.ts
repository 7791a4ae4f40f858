import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { Random } from '../base/random.ts';
import type { ClusterName, MachineId } from '../model/ids.ts';
import type { EngineView } from '../model/observed.ts';
import type { Report } from '../providers/aws/table/report.ts';
import type { Table } from '../providers/aws/table/table.ts';
import type { OwnNode } from './own-node.ts';

/** All in ms. Our choice: a pass begins with a look, which takes one turn of every agent. */
export interface AgentTimes {
  /** The mail is read this often. */
  readonly turnMs: number;
  /** Longest between two turns while the table does not answer. */
  readonly patienceMs: number;
  /** Managers that do not lead leave a look and an order to the leader's agent for so long. */
  readonly graceMs: number;
  /** The leader's agent looks this often without being asked. */
  readonly watchMs: number;
}

export const AGENT_TIMES: AgentTimes = { turnMs: 1_000, patienceMs: 30_000, graceMs: 4_000, watchMs: 5_000 };

export interface AgentOptions {
  readonly cluster: ClusterName;
  /** The instance. */
  readonly machine: MachineId;
  readonly arn: string;
  readonly address: string;
  readonly table: Table;
  readonly node: OwnNode;
  /** Whether this node is going to be taken away, as far as it is known. */
  readonly leaving: () => Report['leaving'];
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
  readonly sink: EventSink;
  readonly times: AgentTimes;
}

/** What an agent knows while it runs. Losing it costs a repeated look or request, nothing else. */
export interface Memory {
  /** As last reported. */
  engine: EngineView | null;
  /** The last request, or the nonce of an appointment, and what came of it. */
  request: Report['request'];
  /** Highest term seen in anything that the controller wrote. */
  term: number;
  /** When things were first seen, ms on the monotonic clock, by name. */
  readonly seen: Map<string, number>;
}

export const newMemory = (): Memory => ({ engine: null, request: null, term: 0, seen: new Map() });

/** How long ago this was first seen, ms. Of each kind only the last is remembered. */
export function sinceSeen({ seen }: Memory, kind: string, id: string, clock: Clock): number {
  const name = `${kind} ${id}`;
  for (const other of seen.keys()) if (other.startsWith(`${kind} `) && other !== name) seen.delete(other);
  const first = seen.get(name) ?? clock.monotonic();
  seen.set(name, first);
  return clock.monotonic() - first;
}
