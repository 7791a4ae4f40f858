import type { Clock } from '../base/clock.ts';
import { describeError, describeEvent, EVENTS, type EventSink } from '../base/events.ts';
import type { Random } from '../base/random.ts';
import type { SharedState } from '../cli/context.ts';
import { createDynamoDb } from '../providers/aws/dynamodb.ts';
import { createTableFiles, type TableFiles } from '../providers/aws/table/files.ts';
import { latestTold, tell } from '../providers/aws/table/history.ts';
import { createTableLease } from '../providers/aws/table/lease.ts';
import { createTable } from '../providers/aws/table/table.ts';
import type { LeaseStore } from '../providers/provider.ts';
import { createTableDisk } from './table-disk.ts';

export interface TableState extends SharedState {
  readonly lease: LeaseStore & { isInPlace(): boolean };
  readonly files: TableFiles;
  /** Events of level info and above; trouble goes to `onTrouble`, which must not lead back here. */
  history(onTrouble: EventSink): EventSink;
}

export interface TableStateNeeds {
  readonly clock: Clock;
  readonly random: Random;
  /** Of this program, e.g. `0.4.0`. */
  readonly version: string;
}

/** Events that may wait to be written while the table does not answer; more are lost. */
const WAITING = 500;
/** For the last events, when a process ends. */
const CLOSE_MS = 1_000;

/** All that one owner keeps in a table. */
export function openTableState(name: string, owner: string, { clock, random, version }: TableStateNeeds): TableState {
  const writer = version.split('.').slice(0, 2).join('.');
  const client = createDynamoDb();
  // A renewal that is tried again behind the holder's back may be taken when nobody waits for it any more.
  const once = createDynamoDb({ attempts: 1 });
  const needs = { name, writer, clock, random };
  const table = createTable({ ...needs, client });
  const files = createTableFiles(table, owner);
  let told: Promise<void> = Promise.resolve();
  return {
    // Who removes the item while it is held is found out by the next renewal.
    lease: { ...createTableLease(createTable({ ...needs, client: once }), owner), isInPlace: () => true },
    files,
    disk: createTableDisk(files),
    latest: (query) => latestTold(table, owner, query),
    history(onTrouble) {
      let waiting = 0;
      let isTroubled = false;
      return {
        emit(code, data = {}) {
          const { level } = EVENTS[code];
          if (level === 'debug' || waiting >= WAITING) return;
          const event = {
            at: clock.now(),
            cluster: data.cluster ?? null,
            level,
            code,
            text: describeEvent(code, data),
          };
          waiting++;
          told = told
            .then(() => tell(table, owner, event, random.id(6)))
            .then(
              () => {
                isTroubled = false;
              },
              (error) => {
                if (!isTroubled) onTrouble.emit('SKP413', { what: describeError(error) });
                isTroubled = true;
              },
            )
            .finally(() => {
              waiting--;
            });
        },
      };
    },
    async close() {
      await Promise.race([told, clock.sleep(CLOSE_MS)]);
      client.destroy();
      once.destroy();
    },
  };
}
