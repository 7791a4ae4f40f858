// A cluster of 7 managers and 1,000 workers as a planner sees it, healthy, half of its machines outdated.
import { createHash } from 'node:crypto';
import { firstRecord } from '../dist/controller/plan/record-step.js';
import { parseFile } from '../dist/model/cluster-spec/parse.js';
import { expand } from '../dist/model/desired.js';
import { PLAIN_SERVICE } from '../dist/model/observed.js';

const NOW = 1_700_000_000_000;
const WORKERS = 1_000;
const SERVICES = 50;
const TASKS = 5_000;

export const FACTS = { owner: 'bench', term: 1, writer: '0.2', listedAt: NOW, deletionsLastHour: 0, maxDeletions: 1 };

const text = (log) => `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: large}
spec:
  provider: simulated
  engine: {config: {log-opts: {max-size: ${log}}}}
  managers: {count: 7}
  workers: [{name: web, count: ${WORKERS}, nodeLabels: {tier: web}}]
  rollout: {maxSurge: 2}
`;

const desiredOf = (log) => {
  const [document] = parseFile('large.yaml', Buffer.from(text(log))).documents;
  if (!document?.spec) throw new Error(JSON.stringify(document?.complaints));
  return expand(document.spec, { path: 'large.yaml', line: 1, commit: null });
};

/** Ids as Docker makes them: in no order. */
const idOf = (what) =>
  BigInt(`0x${createHash('sha256').update(what).digest('hex')}`)
    .toString(36)
    .slice(0, 25);

export function largeCluster() {
  const [old, desired] = [desiredOf('20m'), desiredOf('50m')];
  const nodes = [...pool('managers', 7), ...pool('web', WORKERS)].map((node, i) => nodeOf(node, i, old, desired));
  const swarm = swarmOf(nodes, desired);
  const record = recordOf(old, desired, swarm.id);
  const carriers = { state: 'ready', differences: [], forwardTo: [], leftovers: 1, images: {} };
  const observed = {
    cluster: 'large',
    now: NOW,
    record: ok(record),
    infrastructure: ok({ machines: nodes.map(({ machine }) => machine), carriers, strangers: [] }),
    swarm: ok(swarm),
    host: null,
  };
  return { declared: { kind: 'document', desired }, observed, desired, record };
}

const ok = (value) => ({ ok: true, value });
const pool = (name, count) => Array.from({ length: count }, (_, n) => ({ name, n }));

function nodeOf({ name, n }, i, old, desired) {
  const id = `large-${name}-${String(n).padStart(4, '0')}`;
  const manager = name === 'managers';
  const node = idOf(id);
  const zone = 'abc'[i % 3];
  // Of the managers all: the workers' turn comes when those are done.
  const hash = (manager || i % 2 === 0 ? desired : old).pools.find((one) => one.name === name).machineHash;
  const engine = {
    version: '28.5.2',
    swarm: 'active',
    nodeId: node,
    isManager: manager,
    error: null,
    missingImages: [],
  };
  const machine = {
    id,
    pool: name,
    zone,
    address: `10.0.0.${i}`,
    hash,
    state: 'running',
    neverStarted: false,
    createdAt: NOW - 1e9 + i,
    engine,
    detail: null,
  };
  const labels = {
    'skep.pool': name,
    'skep.zone': zone,
    'skep.lifecycle': 'on-demand',
    ...(manager ? {} : { tier: 'web' }),
  };
  const member = {
    id: node,
    version: i,
    hostname: id,
    address: machine.address,
    role: manager ? 'manager' : 'worker',
    availability: 'active',
    state: 'ready',
    manager: manager ? { leader: n === 0, reachability: 'reachable' } : null,
    labels,
    engineVersion: '28.5.2',
    resources: { nanoCpus: 4e9, memoryBytes: 8 * 2 ** 30 },
    engineLabels: {},
    platform: { os: 'linux', arch: 'x86_64' },
  };
  return { machine, member };
}

function swarmOf(nodes, desired) {
  const workers = nodes.filter(({ machine }) => machine.pool === 'web');
  const services = Array.from({ length: SERVICES }, (_, s) => ({
    ...PLAIN_SERVICE,
    id: idOf(`service ${s}`),
    version: s,
    name: `service-${s}`,
    replicas: TASKS / SERVICES,
    constraints: ['node.labels.tier==web'],
    reservations: { nanoCpus: 100_000_000, memoryBytes: 64 * 2 ** 20 },
  }));
  const tasks = Array.from({ length: TASKS }, (_, t) => ({
    id: idOf(`task ${t}`),
    serviceId: services[t % SERVICES].id,
    nodeId: workers[t % WORKERS].member.id,
    desired: 'running',
    state: 'running',
    detail: null,
    restarts: 0,
  }));
  return {
    id: 'swarm',
    version: 1,
    through: nodes[0].machine.id,
    members: nodes.map(({ member }) => member),
    services,
    tasks,
    rootRotationInProgress: false,
    init: desired.swarm,
    options: desired.swarmOptions,
  };
}

/** Accepted, first Ready long ago, its rollout under way and settled. */
function recordOf(old, desired, swarmId) {
  const first = firstRecord(desired, FACTS);
  return {
    ...first,
    revision: 9,
    swarmId,
    firstReadyAt: NOW - 1e9,
    hashInputs: { ...firstRecord(old, FACTS).hashInputs, ...first.hashInputs },
    applied: { ...first.applied, specHash: desired.specHash },
    rollout: { startedAt: NOW - 600_000, state: 'well', since: NOW - 300_000, weak: [] },
  };
}
