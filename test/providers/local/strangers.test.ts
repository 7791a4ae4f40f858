import { describe, expect, it } from 'vitest';
import { labelsOf } from '../../../src/providers/local/names.ts';
import { strangersOf } from '../../../src/providers/local/strangers.ts';
import { aRef } from '../../support/builders.ts';
import { aContainer, aNetwork } from './host-engine.ts';

describe('strangersOf', () => {
  const ref = aRef({ workers: { web: 1 } });
  const { cluster } = ref;
  const strangers = (seen: Partial<Parameters<typeof strangersOf>[2]>) =>
    strangersOf(ref, 'me', { containers: [], networks: [], volumes: [], ...seen });
  const ours = labelsOf('me', cluster, 'machine');
  const theirs = labelsOf('you', cluster, 'machine');
  const onNetwork = { NetworkSettings: { Networks: { 'skep-demo': { NetworkID: 'n' } } } };

  it.each([
    ['a name that a machine of ours could bear', aContainer('demo-web-ab12')],
    ["the forwarder's name", aContainer('skep-demo-forwarder')],
    ["a place on the cluster's network", aContainer('guest', onNetwork)],
  ])('names a container that has %s', (_, row) => {
    expect(strangers({ containers: [row] })).toEqual([
      { what: `container ${row.Names[0]?.slice(1)}`, why: 'it has no label of ours' },
    ]);
  });

  it("names another owner's things of the same cluster name, each once", () => {
    const row = aContainer('demo-web-ab12', { Labels: theirs, ...onNetwork });
    const networks = [aNetwork('skep-demo', { Labels: labelsOf('you', cluster, 'network') })];
    const volumes = [{ Name: 'v', Labels: labelsOf('you', cluster, 'disk') }];
    const why = 'it belongs to owner you';
    expect(strangers({ containers: [row, row], networks, volumes })).toEqual([
      { what: 'container demo-web-ab12', why },
      { what: 'network skep-demo', why },
      { what: 'volume v', why },
    ]);
  });

  it('names nothing of ours, and nothing that has nothing to do with us', () => {
    const containers = [aContainer('demo-web-ab12', { Labels: ours, ...onNetwork }), aContainer('demo-database')];
    expect(strangers({ containers })).toEqual([]);
  });
});
