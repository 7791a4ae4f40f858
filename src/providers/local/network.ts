import { networkInterfaces } from 'node:os';
import { fail, ok, type Result } from '../../base/result.ts';
import { type Network, networkText, overlap, parseNetwork } from '../../model/cluster-spec/network.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef } from '../provider.ts';
import type { Engine } from '../swarm/engine.ts';
import { answer, isSubnetTaken } from '../swarm/problems.ts';
import { isOurs, LABEL, labelsOf, networkName } from './names.ts';
import { listContainers, type NetworkRow } from './world.ts';

/** Where subnets are looked for: Docker's own default pools take 172.17–172.29 and 192.168 first. A /24 holds 240 nodes. */
const SEARCH: readonly string[] = ['172.30.0.0/16', '172.31.0.0/16'];
const PREFIX = 24;

/** Sees that the cluster has its network; answers with its subnet. Never touches one that is not ours. */
export async function ensureNetwork(
  host: Engine,
  owner: string,
  ref: ClusterRef,
  signal: AbortSignal,
): Promise<Result<string, Problem>> {
  const name = networkName(ref.cluster);
  const seen = await answer("the host's Docker engine", signal, () =>
    host.call<readonly NetworkRow[]>({ method: 'GET', path: '/networks' }, signal),
  );
  if (!seen.ok) return seen;
  const there = seen.value.find((row) => row.Name === name);
  if (there) return subnetOf(there, owner, ref);
  const wished = ref.spec.spec.local.subnet ?? (await subnetOfMachines(host, owner, ref, signal));
  const candidates = wished === null ? freeSubnets(takenNetworks(seen.value, ref)) : [wished];
  for (const subnet of candidates) {
    let taken = false;
    const made = await answer(
      name,
      signal,
      () => create(host, owner, ref, subnet, signal),
      (error) => {
        taken = isSubnetTaken(error);
        const detail = `${subnet} overlaps with another network of this Docker engine`;
        return taken ? { kind: 'refused', field: 'spec.local.subnet', detail } : null;
      },
    );
    if (made.ok) return ok(subnet);
    if (!taken || wished !== null) return made;
  }
  return fail({ kind: 'no-capacity', what: `no free /${PREFIX} in ${SEARCH.join(' or ')}: set spec.local.subnet` });
}

/** Of a network that somebody removed: its machines keep their addresses. Null: there are none. */
async function subnetOfMachines(host: Engine, owner: string, { cluster }: ClusterRef, signal: AbortSignal) {
  const [machine] = await listContainers(host, labelsOf(owner, cluster, 'machine'), signal);
  const network = parseNetwork(`${machine?.Labels?.[LABEL.address]}/${PREFIX}`);
  return network && networkText(network);
}

function subnetOf(row: NetworkRow, owner: string, { cluster }: ClusterRef): Result<string, Problem> {
  const subnet = row.Labels?.[LABEL.subnet];
  if (isOurs(row.Labels, owner, cluster, 'network') && subnet !== undefined) return ok(subnet);
  return fail({ kind: 'refused', field: null, detail: `a network that is not ours has the name ${row.Name}` });
}

async function create(
  host: Engine,
  owner: string,
  ref: ClusterRef,
  subnet: string,
  signal: AbortSignal,
): Promise<void> {
  const body = {
    Name: networkName(ref.cluster),
    CheckDuplicate: true, // before API 1.44 two networks of one name were possible; ignored since
    Driver: 'bridge',
    IPAM: { Config: [{ Subnet: subnet }] },
    Labels: labelsOf(owner, ref.cluster, 'network', { [LABEL.subnet]: subnet }),
  };
  await host.call({ method: 'POST', path: '/networks/create', body, limitMs: 15_000 }, signal);
}

/** The engine's networks, the host's own (another engine's may be among them), and those the swarm will make. */
function takenNetworks(rows: readonly NetworkRow[], ref: ClusterRef): readonly Network[] {
  const engine = rows.flatMap((row) => row.IPAM?.Config?.map(({ Subnet }) => Subnet ?? '') ?? []);
  const host = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ cidr }) => cidr ?? '') ?? []);
  return [...engine, ...host, ...ref.spec.spec.swarm.addressPools].flatMap((text) => parseNetwork(text) ?? []);
}

/** Every /24 of the search space that overlaps with none of `taken`, lowest first. */
export function freeSubnets(taken: readonly Network[]): readonly string[] {
  const size = 2 ** (32 - PREFIX);
  return SEARCH.flatMap((text) => {
    const space = parseNetwork(text);
    if (space === null) return [];
    return Array.from({ length: (space.last - space.first + 1) / size }, (_, i): Network => {
      const first = space.first + i * size;
      return { first, last: first + size - 1, prefix: PREFIX };
    });
  })
    .filter((candidate) => !taken.some((network) => overlap(network, candidate)))
    .map(networkText);
}
