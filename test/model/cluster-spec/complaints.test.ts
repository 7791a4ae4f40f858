import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../src/model/cluster-spec/parse.ts';
import { GOOD } from './example-spec.ts';

const LOCAL_KEYS = 'image, privileged, capAdd, securityOpt, cgroup, binds, subnet, zones, preloadImages, publish';
const CRON = 'allowed: minute, hour, day of month, month and day of week, such as 0 2 * * 2,4';
const DNS = 'a DNS label: a-z, 0-9 and -, beginning and ending with a letter or digit';

describe('each complaint stands where the mistake is and says what is allowed', () => {
  it.each([
    // names of fields
    [
      '    zones: [a, b]',
      '    zoens: [a, b]',
      `24:5 unknown key "zoens" in spec.local (allowed: ${LOCAL_KEYS}; did you mean "zones"?)`,
    ],
    [
      '  name: edge',
      '  nom: edge',
      '3:1 metadata.name is missing (allowed: 1–36 characters)',
      '4:3 unknown key "nom" in metadata (allowed: name, labels, annotations)',
    ],
    ['  provider: local\n', '', '6:1 spec.provider is missing (allowed: aws, local, simulated)'],
    [
      '  managers:\n    count: 3\n',
      '',
      '6:1 spec.managers is missing (allowed: the keys count, availability, zones, machine, nodeLabels)',
    ],
    ['count: 3', 'count: 3\n    count: 5', '14:5 the key "count" is there twice (allowed: once)'],
    ['{env: prod}', '{1: prod}', '5:12 the key 1 is no string (allowed: a string; put it in quotes)'],
    ['{env: prod}', '{? [a] : prod}', '5:14 a key that is no string (allowed: a string)'],
    ['{env: prod}', '{__proto__: {polluted: yes}}', '5:12 the key "__proto__" is not allowed'],
    [
      '{tier: web}',
      '{skep.pool: web}',
      '18:20 spec.workers[0].nodeLabels."skep.pool": skep keeps node labels that begin with "skep." for itself',
    ],
    [
      '{env: prod}',
      '{skep.owner: me}',
      '5:12 metadata.labels."skep.owner": skep keeps labels that begin with "skep." for itself',
    ],
    ['{tier: web}', '{"": web}', '18:20 spec.workers[0].nodeLabels."": an empty key (allowed: at least 1 character)'],
    // types
    [
      'count: 3',
      'count: three',
      '13:12 spec.managers.count: expected a number, found the string "three" (allowed: 1, 3, 5, 7)',
    ],
    [
      'count: 2',
      'count: 1.5',
      '16:14 spec.workers[0].count: expected a whole number, found the number 1.5 (allowed: 0–1000)',
    ],
    [
      '  provider: local\n',
      '  provider: local\n  health: {maxUnhealthy: 120%}\n',
      '8:26 spec.health.maxUnhealthy: "120%" is not allowed (allowed: a number such as 1, or a percentage such as 20%)',
    ],
    [
      '  provider: local\n',
      '  provider: local\n  health: {maxUnhealthy: 2.5}\n',
      '8:26 spec.health.maxUnhealthy: 2.5 is not allowed (allowed: such as 20%, 1)',
    ],
    [
      'count: 2',
      'count: .inf',
      '16:14 spec.workers[0].count: expected a whole number, found the number Infinity (allowed: 0–1000)',
    ],
    [
      '{tier: web}',
      '{tier: 1}',
      '18:26 spec.workers[0].nodeLabels.tier: expected a string, found the number 1 (put it in quotes)',
    ],
    [
      '"28.5.2"',
      '28.5',
      '11:21 spec.engine.version: expected a string, found the number 28.5 (allowed: such as 28.5.2; put it in quotes)',
    ],
    [
      'provider: local',
      'provider: local\n  paused: yes',
      '8:11 spec.paused: expected true or false, found the string "yes"',
    ],
    ['zones: [a]', 'zones: a', '17:14 spec.workers[0].zones: expected a list, found the string "a"'],
    ['{tier: web}', '', '18:19 spec.workers[0].nodeLabels: expected a mapping, found nothing'],
    // values
    ['count: 3', 'count: 2', '13:12 spec.managers.count: 2 is not allowed (allowed: 1, 3, 5, 7)'],
    ['count: 2', 'count: 1001', '16:14 spec.workers[0].count: 1001 is not allowed (allowed: 0–1000)'],
    [
      'provider: local',
      'provider: Local',
      '7:13 spec.provider: "Local" is not allowed (allowed: aws, local, simulated; did you mean "local"?)',
    ],
    ['name: edge', 'name: Edge_1', `4:9 metadata.name: "Edge_1" is not allowed (allowed: ${DNS})`],
    [
      'name: edge',
      `name: ${'x'.repeat(50)}`,
      `4:9 metadata.name: "${'x'.repeat(39)}…" is not allowed (allowed: 1–36 characters)`,
    ],
    [
      'name: edge',
      'name: index',
      '4:9 metadata.name: a cluster cannot have this name: its status would be index.json (allowed: any but "index")',
    ],
    [
      'name: web',
      'name: managers',
      '15:13 spec.workers[0].name: a worker pool cannot have this name (allowed: any but "managers")',
    ],
    [
      'drainTimeout: 5m',
      'drainTimeout: 5 min',
      '22:27 spec.rollout.drainTimeout: "5 min" is not allowed (allowed: a duration such as 30s, 15m, 1h30m or 90d)',
    ],
    ['drainTimeout: 5m', 'drainTimeout: 9999d', '22:27 spec.rollout.drainTimeout: too long (allowed: at most 365d)'],
    [
      '[/srv/data:/data:ro]',
      '[data]',
      '25:13 spec.local.binds[0]: "data" is not allowed (allowed: source:/target[:options], e.g. /srv/data:/data:ro)',
    ],
    [
      '[10.200.0.0/16]',
      '[10.200.0.256/16]',
      '9:20 spec.swarm.addressPools[0]: "10.200.0.256/16" is no IPv4 network (allowed: one such as 10.200.0.0/16)',
    ],
    [
      '[10.200.0.0/16]',
      '[10.200.0.0/33]',
      '9:20 spec.swarm.addressPools[0]: "10.200.0.0/33" is no IPv4 network (allowed: one such as 10.200.0.0/16)',
    ],
    [
      '[10.200.0.0/16]',
      '[10.200.3.1/16]',
      '9:20 spec.swarm.addressPools[0]: 10.200.3.1/16 is an address within a network (did you mean 10.200.0.0/16?)',
    ],
    ['[10.200.0.0/16]', '[]', '9:19 spec.swarm.addressPools: an empty list is not allowed (allowed: at least 1 entry)'],
    [
      '"127.0.0.1:8080:80"',
      '"8080:99999"',
      '26:15 spec.local.publish[0]: no such address or port (allowed: ports 1–65535)',
    ],
    [
      '"127.0.0.1:8080:80"',
      '"1.2.3.400:80:80"',
      '26:15 spec.local.publish[0]: no such address or port (allowed: ports 1–65535)',
    ],
    [
      '"127.0.0.1:8080:80"',
      '8080',
      '26:15 spec.local.publish[0]: expected a string, found the number 8080 (put it in quotes)',
    ],
    [
      '{env: prod}',
      '{env: "a\\0b"}',
      '5:17 a control character or half a surrogate pair in a string (allowed: text, tabs and line ends)',
    ],
    // maintenance windows
    [
      'drainTimeout: 5m}',
      'drainTimeout: 5m}\n  maintenance: {timeZone: Europe/Pariss, windows: [{start: 0 2 * *, duration: 0s}]}',
      '23:27 spec.maintenance.timeZone: "Europe/Pariss" is no time zone (allowed: UTC, or a name such as Europe/Paris; did you mean "Europe/Paris"?)',
      `23:60 spec.maintenance.windows[0].start: "0 2 * *" has not five fields (${CRON})`,
      '23:79 spec.maintenance.windows[0].duration: too short (allowed: at least 1m)',
    ],
    [
      'drainTimeout: 5m}',
      'drainTimeout: 5m}\n  maintenance: {timeZone: "+02:00", windows: [{start: 0 25 * * 1, duration: 32d}]}',
      '23:27 spec.maintenance.timeZone: "+02:00" is no time zone (allowed: UTC, or a name such as Europe/Paris)',
      `23:55 spec.maintenance.windows[0].start: "0 25 * * 1" is no cron expression: Invalid value for hour: 25 (${CRON})`,
      '23:77 spec.maintenance.windows[0].duration: too long (allowed: at most 31d)',
    ],
    [
      'drainTimeout: 5m}',
      'drainTimeout: 5m}\n  maintenance: {windows: [{start: 0 2 31 2 *, duration: 1h}]}',
      '23:35 spec.maintenance.windows[0].start: "0 2 31 2 *" never comes (allowed: a day that there is)',
    ],
    // more than one field
    [
      'drainTimeout: 5m}',
      'drainTimeout: 5m, maxSurge: 0}',
      '22:41 spec.rollout.maxSurge: maxSurge and maxUnavailable are both 0 (allowed: one of them above 0)',
    ],
    [
      'drainTimeout: 5m}',
      'drainTimeout: 5m, maxSurge: 0%, maxUnavailable: 0}',
      '22:61 spec.rollout.maxUnavailable: maxSurge and maxUnavailable are both 0 (allowed: one of them above 0)',
    ],
    [
      'drainTimeout: 30m}',
      'drainTimeout: 30m, maxSurge: 0, canary: maybe}',
      '21:46 spec.workers[1].rollout.maxSurge: maxSurge and maxUnavailable are both 0 (allowed: one of them above 0)',
      '21:57 spec.workers[1].rollout.canary: expected true or false, found the string "maybe"',
    ],
    [
      'drainTimeout: 30m}\n  rollout: {drainTimeout: 5m}',
      'maxUnavailable: 0%}\n  rollout: {maxSurge: 0, maxUnavailable: 1}',
      '21:33 spec.workers[1].rollout.maxUnavailable: maxSurge and maxUnavailable are both 0 (allowed: one of them above 0)',
    ],
    [
      'name: data',
      'name: web',
      '19:13 spec.workers[1].name: "web" is there twice (allowed: once; the first is spec.workers[0].name)',
    ],
    ['zones: [a]', 'zones: [c]', '17:15 spec.workers[0].zones[0]: "c" is no zone of spec.local (allowed: a, b)'],
    [
      'zones: [a, b]',
      'zones: [a, b, a]',
      '24:19 spec.local.zones[2]: "a" is there twice (allowed: once; the first is spec.local.zones[0])',
    ],
    [
      '    zones: [a, b]',
      '    subnet: 10.200.7.0/24',
      '24:13 spec.local.subnet: 10.200.7.0/24 overlaps 10.200.0.0/16 of spec.swarm.addressPools (allowed: apart)',
    ],
    [
      '[10.200.0.0/16]',
      '[10.200.0.0/16, 10.200.8.0/24]',
      '9:35 spec.swarm.addressPools[1]: 10.200.8.0/24 overlaps 10.200.0.0/16 (allowed: apart)',
    ],
    [
      '[10.200.0.0/16]',
      '[10.200.0.0/28]',
      '9:20 spec.swarm.addressPools[0]: 10.200.0.0/28 is smaller than one overlay network, /24 (allowed: /24 or a smaller number)',
    ],
    [
      '"127.0.0.1:8080:80"',
      '"127.0.0.1:8080:80", "8080:81"',
      '26:36 spec.local.publish[1]: host port 8080 is taken by spec.local.publish[0] (allowed: each port once)',
    ],
    [
      '    count: 3',
      '    count: 3\n    availability: drain',
      '14:19 spec.managers.availability: "drain" is not allowed (allowed: Active, Drain; did you mean "Drain"?)',
    ],
    [
      'subnetSize: 24',
      'subnetSize: 24\n    certExpiry: 59m\n    dispatcherHeartbeat: 999ms\n    taskHistoryLimit: -1',
      '11:17 spec.swarm.certExpiry: too short (allowed: at least 1h)',
      '12:26 spec.swarm.dispatcherHeartbeat: too short (allowed: at least 1s)',
      '13:23 spec.swarm.taskHistoryLimit: -1 is not allowed (allowed: 0–1000)',
    ],
    [
      'engine: {version: "28.5.2"}',
      'engine: {config: {hosts: [], data-root: /x, live-restore: true, labels: [a=b, skep.pool=x], mtu: .inf}}',
      '11:21 spec.engine.config.hosts: skep decides where an engine listens (allowed: any other key of daemon.json)',
      '11:32 spec.engine.config.data-root: skep keeps the disk of a node there (allowed: any other key of daemon.json)',
      '11:47 spec.engine.config.live-restore: swarm mode does not accept it (allowed: any other key of daemon.json)',
    ],
    [
      'engine: {version: "28.5.2"}',
      'engine: {config: {labels: [a=b, skep.pool=x], mtu: .inf}}',
      '11:35 spec.engine.config.labels[1]: skep keeps engine labels that begin with "skep." for itself (allowed: others)',
      '11:54 spec.engine.config.mtu: an infinite number, or none (allowed: what JSON can say)',
    ],
    // YAML
    ['{tier: web}', '*tiers', '18:19 the alias *tiers has no anchor before it'],
    ['{tier: web}', '&a {tier: *a}', '18:29 the alias *a stands inside its own anchor'],
    ['{tier: web}', '!!set {tier: web}', '18:19 not YAML: Unresolved tag: tag:yaml.org,2002:set'],
    ['{tier: web}', '{<<: {a: b}}', '18:24 spec.workers[0].nodeLabels."<<": expected a string, found a mapping'],
    ['{tier: web}', '{tier: web', '19:5 not YAML: '],
    ['apiVersion', '%YAML 1.1\n---\napiVersion', '2:1 YAML 1.1 (allowed: 1.2)'],
  ])('%s → %s', (from, to, ...expected) => {
    expect(GOOD).toContain(from);
    const { documents, complaints } = parseFile('edge.yaml', GOOD.replace(from, to));
    const lines = documents.flatMap((d) => d.complaints).map((c) => `${c.line}:${c.column} ${c.message}`);
    expect(complaints).toEqual([]);
    expect(documents[0]?.spec).toBeNull();
    if (expected[0]?.endsWith('not YAML: ')) expect(lines[0]).toMatch(expected[0]);
    else expect(lines).toEqual(expected);
  });

  it('a block of another provider is checked and not used', () => {
    const text = GOOD.replace('provider: local', 'provider: simulated').replace(
      'zones: [a, b]',
      'subnet: 10.200.7.0/24',
    );
    expect(parseFile('edge.yaml', text).documents[0]?.complaints).toEqual([]);
    expect(parseFile('edge.yaml', `${text}    cgroup: x\n`).documents[0]?.complaints).toHaveLength(1);
  });

  it('lets managers be drained where a worker can run tasks, and only there', () => {
    const drained = (workers: string) => {
      const text = GOOD.replace('count: 3', 'count: 3\n    availability: Drain').replace(
        / {2}workers:[\s\S]*(?= {2}rollout: \{drainTimeout: 5m\})/,
        workers,
      );
      return parseFile('edge.yaml', text).documents[0]?.complaints.map((c) => `${c.line}:${c.column} ${c.message}`);
    };
    const none = [
      '14:19 spec.managers.availability: "Drain" leaves no node for tasks (allowed: Active, or a worker pool with a count above 0)',
    ];
    expect(drained('')).toEqual(none);
    expect(drained('  workers: [{name: web, count: 0}]\n')).toEqual(none);
    expect(drained('  workers: [{name: web, count: 0}, {name: api, count: 1}]\n')).toEqual([]);
  });
});
