import { join } from 'node:path';
import type { EventSink } from '../base/events.ts';
import type { RunOptions } from '../cli/context.ts';
import type { ControllerOptions } from '../controller/loop/controller.ts';
import { createHistory } from '../controller/store/history.ts';
import { createInbox, type Inbox } from '../controller/store/inbox.ts';
import { createSqliteLease } from '../controller/store/sqlite-lease.ts';
import { createStatusFiles, type StatusStore } from '../controller/store/status-files.ts';
import type { TableStateNeeds } from './table-state.ts';

/** What the controller keeps of its own, and where: beside its statuses on this host, or in a table for several. */
export interface OpenState {
  readonly lease: ControllerOptions['lease'];
  readonly statuses: StatusStore;
  readonly history: EventSink;
  readonly inbox: Inbox;
  readonly onStandby: () => void;
  close(): Promise<void>;
}

export async function openState(
  { paths, owner }: RunOptions,
  needs: TableStateNeeds,
  sink: EventSink,
): Promise<OpenState> {
  if (paths.table === undefined) return openOnThisHost(paths, needs, sink);
  const { openTableState } = await import('./table-state.ts');
  const { createSharedStatuses } = await import('./shared-statuses.ts');
  const shared = openTableState(paths.table, owner, needs);
  const statuses = createSharedStatuses(paths.status, shared.files, needs.clock, sink);
  // What other hosts know is known here before anything is concluded from an empty directory.
  await statuses.follow();
  return {
    lease: shared.lease,
    statuses,
    history: shared.history(sink),
    inbox: { ...createInbox('/', sink, shared.disk), directory: null },
    onStandby: () => void statuses.follow(),
    close: () => shared.close(),
  };
}

function openOnThisHost(
  { status, state }: RunOptions['paths'],
  { clock }: TableStateNeeds,
  sink: EventSink,
): OpenState {
  const lease = createSqliteLease(join(status, '_lease.sqlite'));
  const history = createHistory(join(state, 'history.sqlite'), clock, sink);
  return {
    lease,
    statuses: createStatusFiles(status),
    history,
    inbox: createInbox(state, sink),
    onStandby: () => {},
    async close() {
      lease.close();
      history.close();
    },
  };
}
