import { mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHostFacts } from '../../../../src/providers/local/doctor/host-facts.ts';

/** A directory that looks like a host's root. */
async function aRoot(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'skep-host-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const facts = async (files: Readonly<Record<string, string>>) =>
  readHostFacts({ root: await aRoot(files), release: '6.1', dataRoot: '/var/lib/docker' });

const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
docker0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0
eth0	80071EAC	00000000	0001	0	0	0	80FFFFFF	0	0	0
`;
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 619 1 0 100 0 0 10 0
   1: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 620 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 621 1 0 100 0 0 10 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1 0
   1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1 0
`;

describe('the facts of a host', () => {
  it('are all unknown where nothing can be read', async () => {
    expect(await facts({})).toEqual({
      modules: { overlay: 'unknown', vxlan: 'unknown', ip_vs: 'unknown' },
      inotify: null,
      disk: null,
      memoryAvailable: null,
      routes: [],
      listening: null,
    });
  });

  it.each([
    [
      'built in, by what it adds',
      {
        'proc/filesystems': 'nodev\tproc\nnodev\toverlay\n',
        'sys/module/vxlan/version': '0.1\n',
        'proc/net/ip_vs': 'IP Virtual Server version 1.2.1 (size=4096)\n',
      },
      'present',
    ],
    [
      'loaded',
      { 'proc/modules': 'ip_vs 110592 0 - Live 0x0\nvxlan 1 0 - Live 0x0\noverlay 1 0 - Live 0x0\n' },
      'present',
    ],
    [
      'built in, by the list of those',
      {
        'lib/modules/6.1/modules.builtin':
          'kernel/fs/overlayfs/overlay.ko\nkernel/drivers/net/vxlan/vxlan.ko\nkernel/net/netfilter/ipvs/ip_vs.ko\n',
      },
      'present',
    ],
    [
      'loadable',
      {
        'lib/modules/6.1/modules.dep':
          'kernel/fs/overlayfs/overlay.ko.xz:\nkernel/drivers/net/vxlan/vxlan.ko:\nkernel/net/netfilter/ipvs/ip_vs.ko.zst: kernel/x.ko\n',
      },
      'loadable',
    ],
    [
      'not there: others of like names are',
      {
        'proc/modules': 'ip_vs_rr 1 0\nxip_vs 1 0\noverlayx 1 0\n',
        'lib/modules/6.1/modules.dep': 'kernel/net/netfilter/ipvs/ip_vs_rr.ko:\nkernel/xvxlan.ko:\n',
      },
      'unknown',
    ],
  ] as const)('say of modules: %s', async (_, files, state) => {
    expect((await facts(files)).modules).toEqual({ overlay: state, vxlan: state, ip_vs: state });
  });

  it('read limits and memory', async () => {
    const read = await facts({
      'proc/sys/fs/inotify/max_user_watches': '16384\n',
      'proc/sys/fs/inotify/max_user_instances': '128\n',
      'proc/meminfo': 'MemTotal:       24105 kB\nMemAvailable:       1000 kB\n',
    });
    expect(read).toMatchObject({ inotify: { watches: 16_384, instances: 128 }, memoryAvailable: 1_024_000 });
  });

  it('read routes, the default one left out, and ports that are listened on', async () => {
    const read = await facts({ 'proc/net/route': ROUTE, 'proc/net/tcp': TCP, 'proc/net/tcp6': TCP6 });
    expect(read.routes).toEqual([
      { device: 'docker0', network: '172.17.0.0/16' },
      { device: 'eth0', network: '172.30.7.128/25' },
    ]);
    expect(read.listening).toEqual([
      { address: '0.0.0.0', port: 2024 },
      { address: '127.0.0.1', port: 22 },
      { address: '0.0.0.0', port: 80 },
    ]);
  });
});

describe.runIf(process.platform === 'linux')('the facts of this machine', () => {
  it('agree with what can be asked otherwise', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const read = await readHostFacts({ root: '/', release: release(), dataRoot: tmpdir() });
    const disk = await statfs(tmpdir());
    expect(read.listening).toContainEqual({ address: '127.0.0.1', port });
    expect(read.inotify?.instances).toBe(Number(await readFile('/proc/sys/fs/inotify/max_user_instances', 'utf8')));
    expect(read.disk?.total).toBe(disk.blocks * disk.bsize);
    expect(read.memoryAvailable).toBeGreaterThan(1e6);
  });
});
