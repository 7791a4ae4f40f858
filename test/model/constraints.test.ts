import { describe, expect, it } from 'vitest';
import { meetsConstraints } from '../../src/model/constraints.ts';
import { aMember, asManager } from '../support/builders.ts';

const NODE = aMember('n1', {
  hostname: 'Web-1',
  labels: { tier: 'web', Zone: 'a' },
  engineLabels: { disk: 'SSD' },
  address: '10.0.0.5',
});

describe('meetsConstraints', () => {
  it.each([
    [[], true],
    [['node.id==n1'], true],
    [['node.id!=n1'], false],
    [['node.id!=n2'], true],
    [['node.hostname == web-1'], true],
    [['NODE.HOSTNAME==web-2'], false],
    [['node.role==worker'], true],
    [['node.role!=manager'], true],
    [['node.labels.tier==web'], true],
    [['node.labels.tier==WEB'], true],
    [['node.labels.Tier==web'], false],
    [['node.labels.missing!=x'], true],
    [['node.labels.missing==x'], false],
    [['engine.labels.disk==ssd'], true],
    [['node.platform.os==linux', 'node.platform.arch==x86_64'], true],
    [['node.platform.arch!=x86_64'], false],
    [['node.ip==10.0.0.5'], true],
    [['node.ip==10.0.0.0/8'], false],
    [['node.labels.tier==web', 'node.id!=n1'], false],
    [['node.colour!=red'], false],
    [['nonsense'], false],
  ])('%j: %s', (constraints, expected) => {
    expect(meetsConstraints(constraints, NODE)).toBe(expected);
  });

  it('goes by the role that a node has, not by the wanted one', () => {
    expect(meetsConstraints(['node.role==manager'], aMember('m', asManager()))).toBe(true);
    expect(meetsConstraints(['node.role==manager'], aMember('m', { role: 'manager' }))).toBe(false);
  });
});
