import { ok, type Result } from '../base/result.ts';
import type { ClusterName, MachineId } from '../model/ids.ts';
import type { Problem } from '../model/problem.ts';
import { answer } from '../providers/aws/problems.ts';
import { BELL, type Bell } from '../providers/aws/table/bell.ts';
import { FOUNDING, type Founding } from '../providers/aws/table/founding.ts';
import { decode, type ItemFormat } from '../providers/aws/table/item.ts';
import { bellKey, foundingKey, lookKey, orderKey, requestKey, viewKey } from '../providers/aws/table/keys.ts';
import { LOOK, type Look } from '../providers/aws/table/look.ts';
import { ORDER, type Order } from '../providers/aws/table/order.ts';
import { type NodeRequest, REQUEST } from '../providers/aws/table/request.ts';
import type { Row, Table } from '../providers/aws/table/table.ts';
import { HEAD, type ViewHead } from '../providers/aws/table/view.ts';

/** What the controller asks of a node. Null: nothing, or what this agent cannot read. */
export interface Mail {
  readonly look: Look | null;
  readonly request: NodeRequest | null;
  readonly founding: Founding | null;
}

/** What only managers may read. */
export interface OfficeMail {
  readonly order: Order | null;
  readonly head: ViewHead | null;
  readonly bell: Bell | null;
}

export async function readMail(
  table: Table,
  cluster: ClusterName,
  machine: MachineId,
  signal: AbortSignal,
): Promise<Result<Mail, Problem>> {
  const keys = [lookKey(cluster), requestKey(cluster, machine), foundingKey(cluster)];
  const rows = await answer('what is asked of this node', signal, () => table.read(keys, signal));
  if (!rows.ok) return rows;
  const [look, request, founding] = rows.value;
  return ok({ look: known(LOOK, look), request: known(REQUEST, request), founding: known(FOUNDING, founding) });
}

export async function readOfficeMail(
  table: Table,
  cluster: ClusterName,
  signal: AbortSignal,
): Promise<Result<OfficeMail, Problem>> {
  const keys = [orderKey(cluster), viewKey(cluster), bellKey(cluster)];
  const rows = await answer('what is asked of managers', signal, () => table.read(keys, signal));
  if (!rows.ok) return rows;
  const [order, head, bell] = rows.value;
  return ok({ order: known(ORDER, order), head: known(HEAD, head), bell: known(BELL, bell) });
}

/** A format of a later release is one that this agent does nothing about: whoever asked in it sees no answer. */
function known<T>(format: ItemFormat<T>, row: Row | null | undefined): T | null {
  if (!row) return null;
  const read = decode(format, row);
  return read.ok ? read.value : null;
}
