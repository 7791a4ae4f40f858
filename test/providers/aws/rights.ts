import type { ClusterName, SwarmId } from '../../../src/model/ids.ts';
import {
  bellKey,
  folderOf,
  foundingKey,
  historyOf,
  joinKey,
  leaseKey,
  lookKey,
  orderKey,
  RECORDS,
  reportKey,
  requestKey,
  viewKey,
} from '../../../src/providers/aws/table/keys.ts';
import { MACHINE } from './items.ts';
import { arnOf, ME, type Role } from './policies.ts';

export const ONE = 'one' as ClusterName;
export const TWO = 'two' as ClusterName;
export const SWARM = 'k1yq0j0b8z7h6g5f4d3s2a1p0' as SwarmId;
export const OTHER = arnOf('i-0ffffffffffffffff');

/** Each kind of item, with what the roles of the cluster `one` may do to it. Every other verb is refused. */
export const RIGHTS: readonly (readonly [partition: string, Readonly<Record<Role, string>>])[] = [
  [lookKey(ONE).pk, { worker: 'BatchGetItem', manager: 'BatchGetItem', controller: 'BatchGetItem PutItem DeleteItem' }],
  [
    requestKey(ONE, MACHINE).pk,
    { worker: 'BatchGetItem', manager: 'BatchGetItem', controller: 'BatchGetItem PutItem DeleteItem' },
  ],
  [
    foundingKey(ONE).pk,
    { worker: 'BatchGetItem', manager: 'BatchGetItem PutItem', controller: 'BatchGetItem PutItem DeleteItem' },
  ],
  [joinKey(ONE, SWARM).pk, { worker: 'BatchGetItem', manager: 'BatchGetItem PutItem', controller: 'DeleteItem' }],
  [orderKey(ONE).pk, { worker: '', manager: 'BatchGetItem PutItem', controller: 'BatchGetItem PutItem DeleteItem' }],
  [viewKey(ONE).pk, { worker: '', manager: 'BatchGetItem PutItem DeleteItem', controller: 'BatchGetItem DeleteItem' }],
  [
    reportKey(ONE, ME).pk,
    { worker: 'PutItem', manager: 'BatchGetItem PutItem', controller: 'BatchGetItem DeleteItem' },
  ],
  [reportKey(ONE, OTHER).pk, { worker: '', manager: 'BatchGetItem', controller: 'BatchGetItem DeleteItem' }],
  [bellKey(ONE).pk, { worker: 'PutItem', manager: 'BatchGetItem PutItem', controller: 'DeleteItem' }],
  [RECORDS, { worker: '', manager: '', controller: 'BatchGetItem Query PutItem DeleteItem' }],
  [leaseKey('ours').pk, { worker: '', manager: '', controller: 'BatchGetItem PutItem' }],
  [folderOf('ours', 'status'), { worker: '', manager: '', controller: 'BatchGetItem Query PutItem DeleteItem' }],
  [historyOf('ours'), { worker: '', manager: '', controller: 'Query PutItem' }],
  // Another cluster, whose nodes are in the same table.
  [lookKey(TWO).pk, { worker: '', manager: '', controller: 'BatchGetItem PutItem DeleteItem' }],
  [foundingKey(TWO).pk, { worker: '', manager: '', controller: 'BatchGetItem PutItem DeleteItem' }],
  [joinKey(TWO, SWARM).pk, { worker: '', manager: '', controller: 'DeleteItem' }],
  [orderKey(TWO).pk, { worker: '', manager: '', controller: 'BatchGetItem PutItem DeleteItem' }],
  [viewKey(TWO).pk, { worker: '', manager: '', controller: 'BatchGetItem DeleteItem' }],
  [reportKey(TWO, ME).pk, { worker: '', manager: '', controller: 'BatchGetItem DeleteItem' }],
  [bellKey(TWO).pk, { worker: '', manager: '', controller: 'DeleteItem' }],
  // A cluster whose name begins with this one's.
  [orderKey('one-b' as ClusterName).pk, { worker: '', manager: '', controller: 'BatchGetItem PutItem DeleteItem' }],
  [reportKey('one-b' as ClusterName, ME).pk, { worker: '', manager: '', controller: 'BatchGetItem DeleteItem' }],
  ['made-up', { worker: '', manager: '', controller: '' }],
];
