import type { Located } from './locate.ts';
import { networkText, overlap, parseNetwork } from './network.ts';
import { type Path, partAt, pathText } from './place.ts';
import { collide, type Publish, parsePublish } from './publish.ts';
import { DEFAULT_MAX_SURGE, DEFAULT_MAX_UNAVAILABLE } from './rollout-schema.ts';
import { DEFAULT_ADDRESS_POOLS, DEFAULT_SUBNET_SIZE, DEFAULT_ZONES } from './schema.ts';

type ComplainAt = (path: Path, message: string) => void;

interface Item {
  readonly path: Path;
  readonly text: string;
}

/**
 * Checks that need more than one field. They read the document as it is written and skip what has not its form, so that
 * they also run when other fields are wrong.
 */
export function complainAcrossFields(root: Located, complainAt: ComplainAt): void {
  const provider = partAt(root, ['spec', 'provider'])?.value;
  complainOfRepeats(root, complainAt);
  if (provider === 'local' || provider === 'simulated') complainOfZones(root, provider, complainAt);
  complainOfAddressPools(root, complainAt);
  if (provider === 'local') complainOfSubnet(root, ['spec', 'local', 'subnet'], complainAt);
  if (provider === 'aws') complainOfAws(root, complainAt);
  complainOfPublish(root, complainAt);
  complainOfDrainedManagers(root, complainAt);
  complainOfStuckRollouts(root, complainAt);
}

function complainOfRepeats(root: Located, complainAt: ComplainAt): void {
  const names = pathsAt(root, ['spec', 'workers']).flatMap((path) => textsAt(root, [...path, 'name']));
  const zones = [...poolPaths(root), ['spec', 'local'], ['spec', 'simulated']].map((path) =>
    textsAt(root, [...path, 'zones']),
  );
  for (const items of [names, ...zones]) {
    const firsts = new Map<string, Path>();
    for (const { path, text } of items) {
      const first = firsts.get(text);
      if (first === undefined) firsts.set(text, path);
      else complainAt(path, `${JSON.stringify(text)} is there twice (allowed: once; the first is ${pathText(first)})`);
    }
  }
}

function complainOfZones(root: Located, provider: 'local' | 'simulated', complainAt: ComplainAt): void {
  const block = ['spec', provider, 'zones'];
  const known = partAt(root, block) === null ? DEFAULT_ZONES : textsAt(root, block).map((item) => item.text);
  for (const { path, text } of poolPaths(root).flatMap((pool) => textsAt(root, [...pool, 'zones']))) {
    if (known.includes(text)) continue;
    complainAt(path, `${JSON.stringify(text)} is no zone of spec.${provider} (allowed: ${known.join(', ')})`);
  }
}

function complainOfAddressPools(root: Located, complainAt: ComplainAt): void {
  const size = partAt(root, ['spec', 'swarm', 'subnetSize'])?.value ?? DEFAULT_SUBNET_SIZE;
  const pools = addressPools(root);
  for (const [i, { path, text }] of pools.entries()) {
    const pool = parseNetwork(text);
    if (pool === null) continue;
    if (typeof size === 'number' && pool.prefix > size) {
      complainAt(path, `${text} is smaller than one overlay network, /${size} (allowed: /${size} or a smaller number)`);
    }
    for (const before of pools.slice(0, i)) {
      const other = parseNetwork(before.text);
      if (other !== null && overlap(pool, other)) complainAt(path, `${text} overlaps ${before.text} (allowed: apart)`);
    }
  }
}

/** The machines' network and the swarm's overlay networks must not share an address. */
function complainOfSubnet(root: Located, place: Path, complainAt: ComplainAt): void {
  for (const { path, text } of textsAt(root, place)) {
    const subnet = parseNetwork(text);
    if (subnet === null) continue;
    for (const pool of addressPools(root)) {
      const network = parseNetwork(pool.text);
      if (network === null || !overlap(network, subnet)) continue;
      complainAt(path, `${text} overlaps ${networkText(network)} of spec.swarm.addressPools (allowed: apart)`);
    }
  }
}

function complainOfAws(root: Located, complainAt: ComplainAt): void {
  const block = ['spec', 'aws'];
  if (partAt(root, block) === null)
    complainAt(['spec', 'provider'], 'is aws, and there is no spec.aws (allowed: with it)');
  complainOfSubnet(root, [...block, 'network', 'cidr'], complainAt);
  for (const { path } of poolPaths(root).flatMap((pool) => textsAt(root, [...pool, 'zones'])))
    complainAt(path, 'on aws a pool is spread over all zones of its network (allowed: no zones)');
}

function complainOfPublish(root: Located, complainAt: ComplainAt): void {
  const before: { path: Path; publish: Publish }[] = [];
  for (const { path, text } of textsAt(root, ['spec', 'local', 'publish'])) {
    const publish = parsePublish(text);
    if (publish === null) continue;
    const other = before.find((earlier) => collide(earlier.publish, publish));
    if (other !== undefined) {
      complainAt(path, `host port ${publish.hostPort} is taken by ${pathText(other.path)} (allowed: each port once)`);
    }
    before.push({ path, publish });
  }
}

/** Somebody has to run the tasks. */
function complainOfDrainedManagers(root: Located, complainAt: ComplainAt): void {
  const path = ['spec', 'managers', 'availability'];
  if (partAt(root, path)?.value !== 'Drain') return;
  const counts = pathsAt(root, ['spec', 'workers']).map((pool) => partAt(root, [...pool, 'count'])?.value);
  if (counts.some((count) => count !== 0)) return;
  complainAt(path, '"Drain" leaves no node for tasks (allowed: Active, or a worker pool with a count above 0)');
}

/** A pool that may have neither one node more nor one fewer cannot be rolled. */
function complainOfStuckRollouts(root: Located, complainAt: ComplainAt): void {
  const block = ['spec', 'rollout'];
  for (const path of [block, ...pathsAt(root, ['spec', 'workers']).map((pool) => [...pool, 'rollout'])]) {
    const own = ['maxSurge', 'maxUnavailable'].filter((key) => partAt(root, [...path, key]) !== null);
    const last = own.at(-1);
    if (last === undefined) continue;
    const of = (key: string, byDefault: number) =>
      (partAt(root, [...path, key]) ?? partAt(root, [...block, key]))?.value ?? byDefault;
    const both = [of('maxSurge', DEFAULT_MAX_SURGE), of('maxUnavailable', DEFAULT_MAX_UNAVAILABLE)];
    if (both.some((value) => value !== 0 && value !== '0%')) continue;
    complainAt([...path, last], 'maxSurge and maxUnavailable are both 0 (allowed: one of them above 0)');
  }
}

function addressPools(root: Located): readonly Item[] {
  const path = ['spec', 'swarm', 'addressPools'];
  if (partAt(root, path) !== null) return textsAt(root, path);
  return DEFAULT_ADDRESS_POOLS.map((text) => ({ path, text }));
}

function poolPaths(root: Located): readonly Path[] {
  return [['spec', 'managers'], ...pathsAt(root, ['spec', 'workers'])];
}

/** Paths of a list's items. */
function pathsAt(root: Located, path: Path): readonly Path[] {
  return (partAt(root, path)?.items ?? []).map((_, i) => [...path, i]);
}

/** The text at `path`, or the texts of the list there. */
function textsAt(root: Located, path: Path): readonly Item[] {
  const part = partAt(root, path);
  if (typeof part?.value === 'string') return [{ path, text: part.value }];
  return (part?.items ?? []).flatMap(({ value }, i) =>
    typeof value === 'string' ? [{ path: [...path, i], text: value }] : [],
  );
}
