import { type Network, overlap, parseNetwork } from '../../model/cluster-spec/network.ts';
import type { Finding } from '../../model/finding.ts';
import type { EngineFacts } from '../../model/host-facts.ts';
import { ok, trouble, type Wanted, warning } from './wanted.ts';

interface Taken {
  readonly text: string;
  readonly network: Network;
  readonly what: string;
}

/** A cluster's networks against the engine's, the host's routes and the other documents'. */
export function judgeAddresses(facts: EngineFacts, wanted: readonly Wanted[]): readonly Finding[] {
  return wanted.map((one) => {
    const taken = [...takenBy(facts, one), ...otherSubnets(one, wanted)];
    return subnet(one, taken) ?? pools(one, taken) ?? fine(facts, one);
  });
}

/** The node network: Docker refuses one of its own networks' addresses; a route of the host would be cut off. */
function subnet({ cluster, local }: Wanted, taken: readonly Taken[]): Finding | null {
  const met = local.subnet === null ? null : firstOverlap(local.subnet, taken);
  if (met === null) return null;
  const cure = 'choose another spec.local.subnet, or leave it out: a free one is found then';
  return trouble(
    'addresses',
    `spec.local.subnet ${local.subnet} overlaps with ${met.what} (${met.text})`,
    cure,
    cluster,
  );
}

/** Tasks on an overlay network that has an address of the host's world cannot reach that one. */
function pools({ cluster, addressPools }: Wanted, taken: readonly Taken[]): Finding | null {
  for (const pool of addressPools) {
    const met = firstOverlap(pool, taken);
    if (met === null) continue;
    const saw = `overlay networks are cut from ${pool}, which overlaps with ${met.what} (${met.text}): tasks may not reach it`;
    return warning('addresses', saw, 'set spec.swarm.addressPools to a network that nobody uses', cluster);
  }
  return null;
}

function fine({ host }: EngineFacts, { cluster }: Wanted): Finding {
  const beside = host === null ? "; the host's routes cannot be told" : ' and routes of the host';
  return ok('addresses', `no overlap with networks of this engine${beside}`, cluster);
}

/** The cluster's own network is no stranger, nor is the bridge that carries it. */
function takenBy({ networks, host }: EngineFacts, { cluster }: Wanted): readonly Taken[] {
  const own = new Set(
    networks.filter((network) => cluster !== null && network.cluster === cluster).flatMap(({ subnets }) => subnets),
  );
  const byEngine = networks
    .filter((network) => cluster === null || network.cluster !== cluster)
    .flatMap(({ name, subnets }) => subnets.flatMap((text) => entry(text, `the engine's network ${name}`)));
  const known = new Set(byEngine.map(({ text }) => text));
  const routes = (host?.routes ?? [])
    .filter(({ network }) => !own.has(network) && !known.has(network))
    .flatMap(({ device, network }) => entry(network, `a route of the host, through ${device}`));
  return [...byEngine, ...routes];
}

function otherSubnets(one: Wanted, wanted: readonly Wanted[]): readonly Taken[] {
  return wanted
    .filter((other) => other !== one)
    .flatMap(({ cluster, local }) => (local.subnet === null ? [] : entry(local.subnet, `that of ${cluster}`)));
}

function entry(text: string, what: string): Taken[] {
  const network = parseNetwork(text);
  return network === null ? [] : [{ text, network, what }];
}

function firstOverlap(text: string, taken: readonly Taken[]): Taken | null {
  const network = parseNetwork(text);
  return (network && taken.find((other) => overlap(network, other.network))) ?? null;
}
