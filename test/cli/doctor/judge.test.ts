import { describe, expect, it } from 'vitest';
import { demoWanted } from '../../../src/cli/doctor/examine.ts';
import { judgeAddresses } from '../../../src/cli/doctor/judge-addresses.ts';
import { judgeEngine } from '../../../src/cli/doctor/judge-engine.ts';
import { judgeHost } from '../../../src/cli/doctor/judge-host.ts';
import { judgeNode } from '../../../src/cli/doctor/judge-node.ts';
import { judgePlace } from '../../../src/cli/doctor/judge-place.ts';
import { judgePorts } from '../../../src/cli/doctor/judge-ports.ts';
import type { DirectoryFacts, PlaceFacts } from '../../../src/cli/doctor/place-facts.ts';
import type { Wanted } from '../../../src/cli/doctor/wanted.ts';
import type { Finding } from '../../../src/model/finding.ts';
import type { EngineFacts, HostFacts } from '../../../src/model/host-facts.ts';
import { aHost, anEngine } from '../support/host-exam.ts';

type Local = Wanted['local'];
const plainest = await demoWanted();

function aWanted(local: Partial<Local> = {}, more: Partial<Wanted> = {}): Wanted {
  return {
    ...plainest,
    cluster: 'demo',
    addressPools: ['10.200.0.0/16'],
    nodes: 3,
    ...more,
    local: { ...plainest.local, ...local },
  };
}

/** `level text` of the findings of one check. */
const said = (findings: readonly Finding[], check: Finding['check']): string[] =>
  findings
    .filter((one) => one.check === check)
    .map(({ level, saw, cure }) => `${level}: ${saw}${cure ? ` → ${cure}` : ''}`);

const onEngine = (wish: Partial<EngineFacts>, check: Finding['check'], local: Partial<Local> = {}): string[] =>
  said(judgeEngine({ answers: true, facts: anEngine(wish) }, [aWanted(local)]), check);
const onHost = (wish: Partial<HostFacts> | null, check: Finding['check'], nodes = 3): string[] =>
  said(judgeHost(anEngine({ host: wish && aHost(wish) }), [aWanted({}, { nodes })]), check);

describe('a host with which nothing is wrong', () => {
  it('has nothing but ok', () => {
    const facts = anEngine();
    const wanted = [aWanted({ publish: ['8080:80'], subnet: '172.30.7.0/24' })];
    const all = [
      ...judgeEngine({ answers: true, facts }, wanted),
      ...judgeHost(facts, wanted),
      ...judgeAddresses(facts, wanted),
      ...judgePorts(facts, wanted),
    ];
    expect(all.filter(({ level, cure }) => level !== 'ok' || cure !== null)).toEqual([]);
    expect([...new Set(all.map(({ check }) => check))]).toEqual([
      'engine',
      'api',
      'rootless',
      'cgroup',
      'clock',
      'modules',
      'inotify',
      'disk',
      'memory',
      'addresses',
      'ports',
    ]);
  });
});

describe('the engine', () => {
  const silent = (why: string, refusesOurVersion = false) =>
    judgeEngine({ answers: false, why, refusesOurVersion }, [aWanted()]);

  it('is in trouble when none answers, and what works without is said', () => {
    expect(silent('connect ENOENT')).toMatchObject(
      [
        {
          check: 'engine',
          level: 'trouble',
          saw: 'no Docker engine answers (connect ENOENT)',
          cure: /^start Docker.*provider simulated/,
        },
      ].map((found) => ({ ...found, cure: expect.stringMatching(found.cure) })),
    );
  });

  it('names the right that lacks when its socket cannot be used', () => {
    expect(silent('connect EACCES /var/run/docker.sock')[0]?.cure).toContain('usermod -aG docker');
  });

  it('is too new when it refuses every version of ours', () => {
    expect(silent('client version 1.47 is too old', true)).toMatchObject([
      { check: 'api', level: 'trouble', cure: 'use a newer skep' },
    ]);
  });

  it.each([
    ['1.12', '1.40', 'trouble: the engine is too old', 'use Docker 20.10 or later'],
    ['1.48', '1.60', 'trouble: the engine is too new', 'use a newer skep'],
    ['1.12', '1.41', 'ok: API 1.41 is spoken', ''],
    ['1.44', '1.52', 'ok: API 1.47 is spoken', ''],
    ['1.47', '1.60', 'ok: API 1.47 is spoken', ''],
  ])('that speaks API %s to %s is judged: %s… %s', (lowest, highest, start, cure) => {
    const [line = ''] = onEngine({ api: { lowest, highest } }, 'api');
    expect(line.startsWith(start)).toBe(true);
    expect(line).toContain(cure);
  });

  it('warns when it is rootless', () => {
    expect(onEngine({ rootless: true }, 'rootless')).toEqual([
      expect.stringMatching(/^warning: the engine is rootless/),
    ]);
  });

  it.each([
    [1, true, 'private', 'trouble'],
    [1, false, 'private', 'ok'],
    [1, true, 'host', 'ok'],
    [2, true, 'private', 'ok'],
    [null, true, 'host', 'warning'],
  ] as const)('cgroup v%s, privileged %s, namespace %s: %s', (cgroupVersion, privileged, cgroup, level) => {
    expect(onEngine({ cgroupVersion }, 'cgroup', { privileged, cgroup })).toEqual([
      expect.stringMatching(`^${level}: `),
    ]);
  });

  it.each([
    [4_000, 0, 'ok'],
    [5_500, 1_000, 'ok'],
    [-6_000, 0, 'warning'],
    [3_700_000, 0, 'trouble'],
    [null, 0, 'warning'],
  ])('whose clock is %s ms ahead, give or take %s: %s', (clockAheadMs, clockErrorMs, level) => {
    expect(onEngine({ clockAheadMs, clockErrorMs }, 'clock')).toEqual([expect.stringMatching(`^${level}: `)]);
  });

  it('says by how much and in which direction the clock is off', () => {
    expect(onEngine({ clockAheadMs: -90_000, clockErrorMs: 0 }, 'clock')[0]).toContain('1m30s behind this program');
  });
});

describe('the node that was tried', () => {
  const further = { privileged: false, capAdd: ['SYS_ADMIN', 'NET_ADMIN'] };
  const image = aWanted().local.image;

  it.each([
    ['runs', { kind: 'runs', imageOrigin: 'here', further: {} }, 'demo', 'ok: a node runs (here)'],
    [
      'runs otherwise than its document says',
      { kind: 'runs', imageOrigin: 'here', further },
      'demo',
      'trouble: a node runs only without privileged → write under spec.local: {privileged: false, capAdd: [SYS_ADMIN, NET_ADMIN]}',
    ],
    [
      'runs otherwise, nobody having declared one',
      { kind: 'runs', imageOrigin: 'here', further },
      null,
      'warning: a node runs only without privileged → write under spec.local: {privileged: false, capAdd: [SYS_ADMIN, NET_ADMIN]}',
    ],
    [
      'has no image',
      { kind: 'no-image', why: null },
      'demo',
      `warning: ${image} is not on this engine, so whether a node runs cannot be told → docker pull ${image}, then skep doctor again`,
    ],
    [
      'has none and it could not be pulled',
      { kind: 'no-image', why: 'no route' },
      'demo',
      `trouble: ${image} is not on the Docker engine here and could not be pulled (no route) → mend the way to its registry, or load it: docker load`,
    ],
  ] as const)('%s', (_, trial, cluster, line) => {
    expect(said([judgeNode(trial, aWanted({}, { cluster }))], 'node')).toEqual([line]);
  });

  it('does not run', () => {
    expect(judgeNode({ kind: 'fails', why: 'no rights' }, aWanted())).toMatchObject({
      level: 'trouble',
      saw: 'the engine cannot run a node: no rights',
      cluster: 'demo',
    });
  });
});

describe('the host', () => {
  it('says honestly what it cannot tell under another kernel', () => {
    expect(onHost(null, 'modules')).toEqual([
      expect.stringMatching(/^warning: cannot tell kernel modules, inotify limits and disk/),
    ]);
    expect(onHost(null, 'memory')).toEqual([
      expect.stringMatching(/^ok: 16.0 GB of memory in all \(what is free cannot be told\)/),
    ]);
  });

  it.each([
    ['present', ['ok: overlay is there', 'ok: vxlan is there', 'ok: ip_vs is there']],
    [
      'loadable',
      [
        'ok: overlay is there, loaded when first used',
        'ok: vxlan is there, loaded when first used',
        expect.stringMatching(/^warning: ip_vs is not loaded.*modprobe ip_vs/),
      ],
    ],
    [
      'unknown',
      [
        expect.stringMatching(/^warning: cannot tell .* overlay/),
        expect.stringMatching(/^warning: cannot tell .* vxlan/),
        expect.stringMatching(/^warning: cannot tell .* ip_vs/),
      ],
    ],
  ] as const)('whose modules are %s', (state, lines) => {
    expect(onHost({ modules: { overlay: state, vxlan: state, ip_vs: state } }, 'modules')).toEqual(lines);
  });

  it.each([
    [128, 8_192, 64, 'ok'],
    [128, 8_192, 65, 'warning'],
    [128, 8_191, 3, 'warning'],
  ])('with %s inotify instances and %s watches, for %s nodes: %s', (instances, watches, nodes, level) => {
    expect(onHost({ inotify: { instances, watches } }, 'inotify', nodes)).toEqual([
      expect.stringMatching(`^${level}: `),
    ]);
  });

  it.each([
    [0.9, 1, 'trouble'],
    [2.4, 3, 'warning'],
    [2.5, 3, 'ok'],
    [10, 40, 'warning'],
  ])('with %s GB of disk free, for %s nodes: %s', (free, nodes, level) => {
    const disk = { free: free * 1e9, total: 100e9 };
    expect(onHost({ disk }, 'disk', nodes)).toEqual([expect.stringMatching(`^${level}: .* free at /var/lib/docker`)]);
  });

  it.each([
    [2, 40, 'trouble'],
    [4, 40, 'warning'],
    [5, 40, 'ok'],
  ])('with %s GB of memory, for %s nodes: %s', (free, nodes, level) => {
    expect(onHost({ memoryAvailable: free * 1e9 }, 'memory', nodes)).toEqual([expect.stringMatching(`^${level}: `)]);
  });

  it.each(['inotify', 'disk'] as const)('says when it cannot tell: %s', (what) => {
    expect(onHost({ [what]: null }, what)).toEqual([expect.stringMatching('^warning: cannot tell')]);
  });

  it('counts the nodes of all documents together', () => {
    const wanted = [aWanted({}, { nodes: 20 }), aWanted({}, { nodes: 20, cluster: 'other' })];
    const facts = anEngine({ host: aHost({ memoryAvailable: 2e9 }) });
    expect(said(judgeHost(facts, wanted), 'memory')).toEqual([expect.stringMatching(/^trouble: .*40 nodes/)]);
  });
});

describe('addresses', () => {
  const judged = (wish: Partial<EngineFacts>, ...wanted: readonly Wanted[]): string[] =>
    said(judgeAddresses(anEngine(wish), wanted), 'addresses');
  const routes = (...networks: readonly string[]) => ({
    host: aHost({ routes: networks.map((network) => ({ device: 'eth1', network })) }),
  });
  const subnet = '172.30.7.0/24';

  it("meet a network of this engine's", () => {
    const networks = [{ name: 'app', cluster: null, subnets: ['172.30.0.0/20'] }];
    expect(judged({ networks }, aWanted({ subnet }))).toEqual([
      expect.stringMatching(
        /^trouble: spec.local.subnet 172.30.7.0\/24 overlaps with the engine's network app \(172.30.0.0\/20\)/,
      ),
    ]);
  });

  it('meet a route of the host', () => {
    expect(judged(routes('172.30.7.128/25'), aWanted({ subnet }))[0]).toMatch(
      /^trouble: .*a route of the host, through eth1/,
    );
  });

  it("meet another document's", () => {
    const other = aWanted({ subnet: '172.30.0.0/16' }, { cluster: 'other' });
    expect(judged({}, aWanted({ subnet }), other)[0]).toMatch(/^trouble: .* overlaps with that of other/);
  });

  it('do not meet themselves: the network the cluster has already, and the bridge that carries it', () => {
    const networks = [{ name: 'skep-demo', cluster: 'demo', subnets: [subnet] }];
    expect(judged({ networks, ...routes(subnet) }, aWanted({ subnet }))).toEqual([expect.stringMatching('^ok: ')]);
    expect(judged({ networks }, aWanted({ subnet }, { cluster: 'other' }))[0]).toMatch(/^trouble: /);
  });

  it('of overlay networks warn', () => {
    expect(judged(routes('10.200.4.0/24'), aWanted())[0]).toMatch(
      /^warning: overlay networks are cut from 10.200.0.0\/16, which overlaps/,
    );
  });

  it('are found free by skep when no subnet is declared', () => {
    expect(judged(routes('172.30.0.0/16'), aWanted({ subnet: null }))).toEqual([expect.stringMatching('^ok: ')]);
  });
});

describe('published ports', () => {
  const judged = (wish: Partial<EngineFacts>, ...wanted: readonly Wanted[]): string[] =>
    said(judgePorts(anEngine(wish), wanted), 'ports');
  const published = [{ container: 'web', cluster: null, address: '0.0.0.0', port: 8080 }];
  const publish = ['127.0.0.1:8080:80'];

  it.each([
    ['a container', { published }, /^trouble: port 8080 is taken by the container web/],
    [
      'a program',
      { host: aHost({ listening: [{ address: '0.0.0.0', port: 8080 }] }) },
      /^trouble: port 8080 is taken by a program/,
    ],
    ['a program on another address', { host: aHost({ listening: [{ address: '192.0.2.7', port: 8080 }] }) }, /^ok: /],
    ['nobody, or a program that cannot be seen', { host: null }, /^warning: .*cannot be told/],
    [
      "the cluster's own forwarder",
      {
        published: [{ ...published[0], cluster: 'demo' }],
        host: aHost({ listening: [{ address: '0.0.0.0', port: 8080 }] }),
      },
      /^ok: /,
    ],
    ["another cluster's forwarder", { published: [{ ...published[0], cluster: 'other' }] }, /^trouble: /],
  ])('held by %s', (_, wish, line) => {
    expect(judged(wish as Partial<EngineFacts>, aWanted({ publish }))).toEqual([expect.stringMatching(line)]);
  });

  it('asked for by two documents', () => {
    expect(judged({}, aWanted({ publish }), aWanted({ publish: ['8080:81'] }, { cluster: 'other' }))).toEqual([
      expect.stringContaining('taken by the document of other'),
      expect.stringContaining('taken by the document of demo'),
    ]);
  });

  it('are not spoken of when none is asked for', () => {
    expect(judged({ published }, aWanted())).toEqual([]);
  });
});

describe('what lies around skep', () => {
  const directory = (wish: Partial<DirectoryFacts>): DirectoryFacts => ({
    role: 'status',
    path: '/s',
    exists: true,
    writable: true,
    filesystem: null,
    ...wish,
  });
  const judged = (wish: Partial<PlaceFacts>): string[] =>
    judgePlace({ dockerClient: 'Docker 28', git: 'git 2', directories: [], ...wish }).map(
      ({ check, level, saw }) => `${check} ${level}: ${saw}`,
    );

  it('warns where a program is missing that only some commands need', () => {
    expect(judged({})).toEqual(['docker-client ok: Docker 28', 'git ok: git 2']);
    expect(judged({ dockerClient: null, git: null })).toEqual([
      'docker-client warning: no docker program on the PATH',
      'git warning: no git program on the PATH',
    ]);
  });

  it.each([
    [{ writable: false }, 'trouble'],
    [{ role: 'specs', writable: false }, 'warning'],
    [{ filesystem: 'nfs' }, 'trouble'],
    [{ role: 'state', filesystem: 'cifs' }, 'trouble'],
    [{ role: 'specs', filesystem: 'nfs' }, 'ok'],
    [{ filesystem: 'fuse' }, 'warning'],
    [{ exists: false }, 'ok'],
  ] as const)('directory %j: %s', (wish, level) => {
    expect(judged({ directories: [directory(wish)] }).at(-1)).toMatch(`directories ${level}: `);
  });
});
