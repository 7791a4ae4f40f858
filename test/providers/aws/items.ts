import { ok } from '../../../src/base/result.ts';
import type { MachineId, NodeId, SwarmId } from '../../../src/model/ids.ts';
import { DOCKERS_OPTIONS } from '../../../src/model/observed.ts';
import { BELL } from '../../../src/providers/aws/table/bell.ts';
import { FOUNDING, type Founding } from '../../../src/providers/aws/table/founding.ts';
import { decode, encode, type ItemFormat } from '../../../src/providers/aws/table/item.ts';
import { JOINING, type Joining } from '../../../src/providers/aws/table/join.ts';
import { LOOK } from '../../../src/providers/aws/table/look.ts';
import { ORDER, type Order } from '../../../src/providers/aws/table/order.ts';
import { REPORT, type Report } from '../../../src/providers/aws/table/report.ts';
import { type NodeRequest, REQUEST } from '../../../src/providers/aws/table/request.ts';
import type { Row } from '../../../src/providers/aws/table/table.ts';
import { HEAD, type ViewHead } from '../../../src/providers/aws/table/view.ts';

/** One full value of each kind of item. */

export const MACHINE = 'i-0a1b2c3d4e5f60718' as MachineId;
const SWARM = 'k1yq0j0b8z7h6g5f4d3s2a1p0' as SwarmId;
const NODE = 'n1yq0j0b8z7h6g5f4d3s2a1p0' as NodeId;

export const aFounding: Founding = {
  founder: MACHINE,
  nonce: 'nonce-1',
  term: 4,
  options: { ...DOCKERS_OPTIONS, addressPools: ['10.200.0.0/16'], subnetSize: 24, dataPathPort: 4789 },
  swarm: SWARM,
};
const joining: Joining = { addresses: ['10.0.0.5:2377', '10.0.1.5:2377'], workerToken: 'SWMTKN-1-x-y', revision: 2 };
export const aRequest: NodeRequest = { id: 'r1', term: 4, verb: 'join', limitMs: 60_000 };
export const anOrder: Order = {
  id: 'o1',
  term: 4,
  act: { verb: 'set-node', node: NODE, version: 12, availability: 'active', labels: { 'skep.pool': 'default' } },
  limitMs: 30_000,
  state: 'done',
  claim: 'c1',
  answer: { problem: null, through: MACHINE, swarm: SWARM, version: 13 },
};
export const aReport: Report = {
  machine: MACHINE,
  look: 17,
  address: '10.0.0.5',
  engine: {
    version: '28.5.2',
    swarm: 'active',
    nodeId: NODE,
    isManager: true,
    error: null,
    peers: [NODE],
  },
  request: { id: 'r1', problem: { kind: 'refused', field: null, detail: 'no' } },
  leaving: { cause: 'spot', at: 1_700_000_000_000 },
};
const head: ViewHead = {
  look: 17,
  through: MACHINE,
  digest: 'd'.repeat(64),
  problem: null,
  parts: 'p1',
  count: 1,
  writtenAt: 1_700_000_000_000,
  ring: 'ding',
};

/** An item without its type: what is the same for all kinds. */
interface Kind {
  readonly name: string;
  readonly value: object;
  readonly encode: (writer: string) => Row;
  readonly decode: (row: Row) => ReturnType<typeof decode<unknown>>;
}

const kind = <T extends object>(name: string, format: ItemFormat<T>, value: T): Kind => ({
  name,
  value,
  encode: (writer) => encode(format, value, writer),
  decode: (row) => {
    const read = decode(format, row);
    return read.ok ? ok(read.value) : read;
  },
});

export const KINDS: readonly Kind[] = [
  kind('look', LOOK, { look: 17, term: 4 }),
  kind('founding', FOUNDING, aFounding),
  kind('joining', JOINING, joining),
  kind('request', REQUEST, aRequest),
  kind('order', ORDER, anOrder),
  kind('report', REPORT, aReport),
  kind('head', HEAD, head),
  kind('bell', BELL, { ring: 'ding' }),
];
