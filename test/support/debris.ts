import { expect } from 'vitest';
import { containersOf, membersOf } from './docker-oracle.ts';
import type { RealEngine } from './real-engine.ts';

/**
 * Asks Docker whether anything is left that nothing uses: a member without a running node, a raft peer beyond the declared
 * managers, a container that is not running, a volume or a network endpoint that belongs to none.
 */
export async function expectNoDebris(engine: RealEngine, cluster: string, managers: number): Promise<void> {
  const nodes = await containersOf(engine, cluster);
  const label = `label=skep.cluster=${cluster}`;
  const all = await engine.docker('ps', '-a', '--filter', label, '--format', '{{.Names}} {{.State}}');
  expect(all.split('\n').filter((line) => !line.endsWith(' running'))).toEqual([]);
  const manager = nodes.find((name) => name.includes('-managers-')) ?? '';
  const members = await membersOf(engine, manager);
  expect(members.map((m) => m.hostname)).toEqual(nodes);
  expect(members.filter((m) => m.status !== 'ready')).toEqual([]);
  expect(members.filter((m) => m.manager !== '')).toHaveLength(managers);
  expect(members.filter((m) => m.manager === 'unreachable')).toEqual([]);
  expect(Number(await engine.inNode(manager, 'info', '-f', '{{.Swarm.Managers}}'))).toBe(managers);
  const disks = (await engine.docker('volume', 'ls', '--filter', label, '--format', '{{.Name}}')).split('\n');
  const used = await engine.docker('ps', '-a', '--no-trunc', '--filter', label, '--format', '{{.Mounts}}');
  const isRecord = async (volume: string): Promise<boolean> =>
    (await engine.docker('volume', 'inspect', '-f', '{{index .Labels "skep.kind"}}', volume)) === 'record';
  for (const volume of disks)
    if (!used.includes(volume)) expect([volume, await isRecord(volume)]).toEqual([volume, true]);
  const networks = (await engine.docker('network', 'ls', '-q', '--filter', label)).split('\n').filter(Boolean);
  expect(networks).toHaveLength(1);
  const text = await engine.docker('network', 'inspect', '-f', '{{range .Containers}}{{.Name}} {{end}}', ...networks);
  const joined = text.split(' ').filter((name) => /-[a-z0-9]{4}$/.test(name));
  expect(joined.sort()).toEqual(nodes);
}
