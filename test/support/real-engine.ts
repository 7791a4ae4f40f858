import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const engineScript = fileURLToPath(new URL('../env/engine', import.meta.url));

/** What nodes need inside the tests' engines; `privileged` is refused there. */
export const NODE_FLAGS = {
  privileged: false,
  capAdd: ['SYS_ADMIN', 'NET_ADMIN'],
  securityOpt: ['seccomp=unconfined', 'systempaths=unconfined'],
  cgroup: 'host',
  binds: ['/sys/fs/cgroup:/sys/fs/cgroup:rw'],
} as const;

export const NODE_IMAGES = { oldest: 'skep-node:20.10', middle: 'skep-node:26.1', newest: 'skep-node:28.5' } as const;
export const SERVICE_IMAGE = 'skep-test-service:1';

/** A Docker engine of this test file's own. Everything a test asserts is asked of it, not of skep. */
export interface RealEngine {
  /** `unix:///…` */
  readonly dockerHost: string;
  /** The n-th /24 that is this engine's own: two engines on one machine share its address space. */
  subnet(n: number): string;
  /** Runs the docker client against this engine; answers stdout, trimmed. */
  docker(...args: string[]): Promise<string>;
  /** Runs the docker client inside a node container. */
  inNode(machine: string, ...args: string[]): Promise<string>;
  /** Names of containers, volumes and networks that carry this label. */
  labelled(label: string): Promise<readonly string[]>;
  restart(): Promise<void>;
  down(): Promise<void>;
}

export async function startEngine(
  name: string,
  args: readonly string[] = ['--images', '28.5,service'],
): Promise<RealEngine> {
  const { stdout } = await run(engineScript, ['up', name, ...args]);
  const dockerHost = /DOCKER_HOST=(\S+)/.exec(stdout)?.[1];
  if (!dockerHost) throw new Error(`engine ${name} did not say where it listens: ${stdout}`);
  const told = await run(engineScript, ['env', name]);
  const base = /SUBNETS=(\d+\.\d+)\./.exec(told.stdout)?.[1];
  if (!base) throw new Error(`engine ${name} has no subnets: ${told.stdout}`);
  const docker = async (...command: string[]): Promise<string> => {
    const { stdout: out } = await run(engineScript, ['docker', name, ...command], { maxBuffer: 64 << 20 });
    return out.trim();
  };
  return {
    dockerHost,
    subnet: (n) => `${base}.${128 + n}.0/24`,
    docker,
    inNode: (machine, ...command) => docker('exec', machine, 'docker', ...command),
    async labelled(label) {
      const filter = ['--filter', `label=${label}`];
      const lists = await Promise.all([
        docker('ps', '-a', ...filter, '--format', 'container {{.Names}}'),
        docker('volume', 'ls', ...filter, '--format', 'volume {{.Name}}'),
        docker('network', 'ls', ...filter, '--format', 'network {{.Name}}'),
      ]);
      return lists.flatMap((text) => text.split('\n').filter(Boolean));
    },
    restart: async () => void (await run(engineScript, ['restart', name])),
    down: async () => void (await run(engineScript, ['down', name])),
  };
}
