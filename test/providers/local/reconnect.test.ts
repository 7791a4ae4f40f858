import { describe, expect, it } from 'vitest';
import { carriersView } from '../../../src/providers/local/carriers-view.ts';
import { LABEL, labelsOf } from '../../../src/providers/local/names.ts';
import { ensureNetwork } from '../../../src/providers/local/network.ts';
import { reconnect } from '../../../src/providers/local/reconnect.ts';
import type { ContainerRow } from '../../../src/providers/local/world.ts';
import { must, signal } from '../../conformance/subject.ts';
import { aRef } from '../../support/builders.ts';
import { aContainer, aHostEngine, aNetwork } from './host-engine.ts';

const ref = aRef({ workers: { web: 1 } });
const { cluster } = ref;
const MADE_AT = 1_700_000_000;
const rfc = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const on = (id: string) => ({ NetworkSettings: { Networks: { 'skep-demo': { NetworkID: id } } } });
const machine = (name: string, address: string, over: Partial<ContainerRow> = {}) =>
  aContainer(name, {
    Labels: labelsOf('me', cluster, 'machine', { [LABEL.address]: address }),
    Created: MADE_AT,
    ...over,
  });
const network = (madeAt: number, owner = 'me') =>
  aNetwork('skep-demo', { Id: 'new', Created: rfc(madeAt), Labels: labelsOf(owner, cluster, 'network') });
const forwarder = aContainer('skep-demo-forwarder', { Labels: labelsOf('me', cluster, 'forwarder'), Created: MADE_AT });

function aHost(row: ReturnType<typeof network>, containers: readonly ContainerRow[]) {
  return aHostEngine({
    'GET /networks/skep-demo': () => row,
    'GET /networks': () => [],
    'GET /containers/json': ({ query }) => {
      const { label = [] } = (query?.filters ?? {}) as { label?: readonly string[] };
      return containers.filter((c) =>
        label.every((text) => c.Labels?.[text.split('=')[0] ?? ''] === text.split('=')[1]),
      );
    },
  });
}

describe('a network that somebody removed', () => {
  it('is made again where its machines have their addresses', async () => {
    const { engine, changes } = aHost(network(0), [machine('demo-web-aaaa', '172.30.9.11')]);
    expect(must(await ensureNetwork(engine, 'me', ref, signal))).toBe('172.30.9.0/24');
    expect(changes[0]?.body).toMatchObject({ IPAM: { Config: [{ Subnet: '172.30.9.0/24' }] } });
  });

  it('gets its machines back, running and stopped, each with its own address, and another forwarder', async () => {
    const stale = machine('demo-web-bbbb', '172.30.9.12', { State: 'exited', ...on('old') });
    const host = aHost(network(MADE_AT + 60), [machine('demo-web-aaaa', '172.30.9.11'), stale, forwarder]);
    must(await reconnect(host.engine, 'me', ref, signal));
    expect(host.said()).toEqual([
      'DELETE /containers/id-skep-demo-forwarder',
      'POST /networks/new/connect',
      'POST /networks/new/connect',
    ]);
    expect(host.changes.slice(1).map(({ body }) => body)).toEqual([
      { Container: 'id-demo-web-aaaa', EndpointConfig: { IPAMConfig: { IPv4Address: '172.30.9.11' } } },
      { Container: 'id-demo-web-bbbb', EndpointConfig: { IPAMConfig: { IPv4Address: '172.30.9.12' } } },
    ]);
  });

  it.each([
    ['is on it', network(MADE_AT + 60), on('new')],
    ['was cut off from a network that still stands', network(MADE_AT - 60), {}],
    ["would be put on another owner's", network(MADE_AT + 60, 'you'), {}],
  ])('leaves a machine alone that %s', async (_, row, over) => {
    const host = aHost(row, [machine('demo-web-aaaa', '172.30.9.11', over)]);
    must(await reconnect(host.engine, 'me', ref, signal));
    expect(host.said()).toEqual([]);
  });
});

describe('carriersView', () => {
  const view = (over: Partial<Parameters<typeof carriersView>[2]>) =>
    carriersView(ref, 'me', { containers: [], networks: [], volumes: [], forwardTo: null, images: {}, ...over });

  it('calls a network that is missing under machines a difference, not a cluster without carriers', () => {
    expect(view({}).state).toBe('absent');
    const { state, differences } = view({ containers: [machine('demo-web-aaaa', '172.30.9.11')] });
    expect([state, differences]).toEqual(['partial', ['the network is missing']]);
  });

  it('names machines that are not on the network that was made anew', () => {
    const containers = [machine('demo-web-aaaa', '172.30.9.11'), machine('demo-web-bbbb', '172.30.9.12', on('new'))];
    const { state, differences } = view({ containers, networks: [network(MADE_AT + 60)] });
    expect([state, differences]).toEqual(['partial', ['demo-web-aaaa is not on the network, which was made anew']]);
  });
});
