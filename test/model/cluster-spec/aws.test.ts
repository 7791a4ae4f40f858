import { describe, expect, it } from 'vitest';
import { immutableDifferences } from '../../../src/controller/plan/differences.ts';
import { ownLabels } from '../../../src/controller/plan/nodes.ts';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import { expand } from '../../../src/model/desired.ts';
import { aDesired, aMachine, aMember, aRecord, SOURCE } from '../../support/builders.ts';

const AWS = `
  aws:
    region: eu-west-3
    image: {id: ami-0123456789abcdef0}
    agent: {source: "https://example.com/a.tgz", sha256: "${'0'.repeat(64)}"}`;
function parse(more: string, aws = AWS) {
  const text = `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: edge}
spec:
  provider: aws
${more}${aws}
`;
  const [document] = parseFile('a.yaml', Buffer.from(text)).documents;
  return { spec: document?.spec ?? null, said: (document?.complaints ?? []).map(({ message }) => message).join('\n') };
}
const POOLS =
  '  managers: {count: 1}\n  workers: [{name: web, count: 1}, {name: big, count: 1, machine: {instanceType: m6i.large, spot: true}}]';
function good(more = POOLS, aws = AWS) {
  const { spec, said } = parse(more, aws);
  if (!spec) throw new Error(said);
  return expand(spec, SOURCE);
}

describe('a document for aws', () => {
  it('is deleted only when somebody confirms it, unless it says otherwise', () => {
    expect(good().spec.spec.deletionPolicy).toBe('Confirm');
    expect(good(`${POOLS}\n  deletionPolicy: Delete`).spec.spec.deletionPolicy).toBe('Delete');
    expect(aDesired().spec.spec.deletionPolicy).toBe('Delete');
  });

  it.each([
    ['without its block', POOLS, '', /spec\.aws/],
    ['with zones of a pool', '  managers: {count: 1, zones: [a]}', AWS, /spread over all zones/],
    [
      'whose machines share addresses with its overlays',
      POOLS,
      `${AWS}\n    network: {cidr: 10.200.0.0/16}`,
      /overlaps/,
    ],
    ['whose network is too small', POOLS, `${AWS}\n    network: {cidr: 10.1.0.0/24}`, /between \/16 and \/22/],
    ['with spot managers', '  managers: {count: 1, machine: {spot: true}}', AWS, /spot/],
    ['whose agent is fetched by what a shell would read', POOLS, AWS.replace('a.tgz', "a'$(x)"), /URL/],
  ])('is refused %s', (_, more, aws, why) => {
    expect(parse(more, aws).said).toMatch(why);
  });

  it('has its machines named by EC2, made of what each pool says', () => {
    const { namedBy, pools } = good();
    expect(namedBy).toBe('provider');
    expect(aDesired().namedBy).toBe('skep');
    const [managers, web, big] = pools;
    expect(managers?.machineHash).toBe(web?.machineHash);
    expect(big?.machineHash).not.toBe(web?.machineHash);
    const changed = (from: string, to: string) => good(POOLS, AWS.replace(from, to)).pools[1]?.machineHash;
    for (const [from, to] of [
      ['ami-0123456789abcdef0', 'ami-00000000000000000'],
      ['a.tgz', 'b.tgz'],
      ['0000"', '0001"'],
      ['region: eu-west-3', 'region: eu-west-3\n    keyName: ops'],
    ] as const)
      expect(changed(from, to)).not.toBe(web?.machineHash);
    expect(changed('region: eu-west-3', 'region: eu-west-3\n    terminationProtection: false')).toBe(web?.machineHash);
  });

  it('tells the swarm which nodes are spot instances', () => {
    const [, web, big] = good().pools;
    if (!web || !big) throw new Error('no pools');
    const labels = (pool: typeof web) => ownLabels(pool, aMachine('i-0a'), aMember('n'))['skep.lifecycle'];
    expect([labels(web), labels(big)]).toEqual(['on-demand', 'spot']);
  });

  it('keeps region and network on a living cluster', () => {
    const record = aRecord({ spec: good().spec });
    const refused = (aws: string) => immutableDifferences(good(POOLS, aws), record).map(({ subject }) => subject);
    expect(refused(AWS)).toEqual([]);
    expect(refused(AWS.replace('eu-west-3', 'eu-west-1'))).toEqual(['spec.aws.region']);
    expect(refused(`${AWS}\n    network: {cidr: 172.21.0.0/16}`)).toEqual(['spec.aws.network.cidr']);
  });
});
