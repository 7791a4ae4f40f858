import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import type { MachineId } from '../../src/model/ids.ts';
import { createDial } from '../../src/providers/local/dial.ts';
import { createHostEngine } from '../../src/providers/local/host.ts';
import { LABEL } from '../../src/providers/local/names.ts';
import { listContainers, nameOf } from '../../src/providers/local/world.ts';
import { type InstanceMetadata, startInstanceMetadata } from './instance-metadata.ts';
import { type RealEngine, SERVICE_IMAGE } from './real-engine.ts';

const launcher = fileURLToPath(new URL('./launch.mjs', import.meta.url));
const ACCOUNT = '123456789012';
const ZONE = 'eu-west-3a';

/** As IAM knows a machine of these. */
export const arnOf = (_: string, machine: MachineId): string => `arn:aws:ec2:eu-west-3:${ACCOUNT}:instance/${machine}`;

/**
 * Makes instances of the node containers of a cluster: each that runs gets a metadata service of its own and a process
 * `skep agent`, started as boot starts it, which reaches the container's engine by a socket and the table with its role.
 * One that ends is started again, as a service manager does it.
 */
export interface Instances {
  /** Everything that the agents said, one JSON line each. */
  log(): string;
  /** Connections that agents, and nobody else here, opened to nodes' engines. */
  dials(): number;
  /** Machines whose agent ended by itself, in that order. */
  killed(): readonly string[];
  /** What EC2 says of a machine that runs. */
  metadataOf(machine: string): Promise<InstanceMetadata>;
  stop(): Promise<void>;
}

interface Instance {
  child: ChildProcess;
  isEnding: boolean;
  readonly metadata: InstanceMetadata;
  readonly socket: Server;
}

interface InstancesAt {
  readonly table: string;
  readonly dynamodb: string;
  /** Where the agent of a machine kills itself in its first life. */
  readonly failpoints?: Readonly<Record<string, string>>;
  /** The Auto Scaling group that all are in, and where Auto Scaling answers. */
  readonly group?: { readonly name: string; readonly url: string };
  /** Before the agent of a machine is started again. */
  readonly onKilled?: (machine: string) => Promise<void>;
}

export async function followInstances(engine: RealEngine, cluster: string, at: InstancesAt): Promise<Instances> {
  const host = createHostEngine(engine.dockerHost, systemClock);
  const dial = createDial(host, systemClock);
  const directory = await mkdtemp(join(tmpdir(), 'skep-in-'));
  const image = join(directory, 'image.tar');
  await engine.docker('save', '-o', image, SERVICE_IMAGE);
  const stop = new AbortController();
  const running = new Map<string, Promise<Instance>>();
  let text = '';
  const killed: string[] = [];
  let dials = 0;

  async function boot(id: string, address: string): Promise<Instance> {
    const path = join(directory, `${id}.sock`);
    const socket = createServer((client) => {
      dials += 1;
      dial(id as MachineId, stop.signal).then(
        (raw) => {
          client.pipe(raw).pipe(client);
          for (const [one, other] of [
            [client, raw],
            [raw, client],
          ] as const)
            one.once('close', () => other.destroy()).on('error', () => other.destroy());
        },
        () => client.destroy(),
      );
    });
    await new Promise<void>((ready) => socket.listen(path, ready));
    const role = { name: 'node', accessKeyId: 'test', secretAccessKey: 'test' };
    const metadata = await startInstanceMetadata({
      ...{ instanceId: id, zone: ZONE, address, account: ACCOUNT, role },
      ...(at.group && { tags: { 'aws:autoscaling:groupName': at.group.name } }),
    });
    await load(`unix://${path}`);
    const env = {
      PATH: process.env.PATH,
      DOCKER_HOST: `unix://${path}`,
      AWS_ENDPOINT_URL_DYNAMODB: at.dynamodb,
      AWS_ENDPOINT_URL_AUTO_SCALING: at.group?.url,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
    };
    const armed = { ...env, SKEP_TEST_FAILPOINTS: at.failpoints?.[id] };
    const instance: Instance = { child: launch(armed), isEnding: false, metadata, socket };
    keep(id, instance, env);
    return instance;
  }

  function launch(env: NodeJS.ProcessEnv): ChildProcess {
    const args = [launcher, 'agent', '--cluster', cluster, '--table', at.table];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (more) => {
      text += more;
    });
    return child;
  }

  function keep(id: string, instance: Instance, env: NodeJS.ProcessEnv): void {
    instance.child.once('exit', async () => {
      if (instance.isEnding) return;
      killed.push(id);
      await at.onKilled?.(id);
      if (instance.isEnding) return;
      instance.child = launch(env);
      keep(id, instance, env);
    });
  }

  /** What an image of a service is pulled from elsewhere. */
  async function load(dockerHost: string): Promise<void> {
    const inner = createHostEngine(dockerHost, systemClock);
    const call = { method: 'POST', path: '/images/load', limitMs: 60_000 } as const;
    for (let tries = 0; tries < 60; tries += 1) {
      try {
        (await inner.stream({ ...call, body: createReadStream(image) }, stop.signal)).resume();
        break;
      } catch (error) {
        if (tries === 59 || stop.signal.aborted) throw error;
        await sleep(500); // its engine starts
      }
    }
    inner.close();
  }

  async function end(instance: Promise<Instance>): Promise<void> {
    const ending = await instance;
    const { child, metadata, socket } = ending;
    ending.isEnding = true;
    child.kill('SIGKILL');
    socket.close();
    await metadata.close();
  }

  const following = (async () => {
    while (!stop.signal.aborted) {
      const rows = await listContainers(host, { [LABEL.cluster]: cluster, [LABEL.kind]: 'machine' }, stop.signal);
      const up = rows.filter(({ State }) => State === 'running');
      for (const row of up) {
        const id = nameOf(row);
        if (running.has(id)) continue;
        const booting = boot(id, row.Labels?.[LABEL.address] ?? '');
        booting.catch(() => running.delete(id)); // it went while it started
        running.set(id, booting);
      }
      for (const [id, instance] of running) {
        if (up.some((row) => nameOf(row) === id)) continue;
        running.delete(id);
        await end(instance).catch(() => {});
      }
      await sleep(300);
    }
  })().catch((error) => {
    if (!stop.signal.aborted) throw error;
  });

  return {
    log: () => text,
    dials: () => dials,
    killed: () => killed,
    async metadataOf(machine) {
      const instance = await running.get(machine);
      if (!instance) throw new Error(`${machine} does not run`);
      return instance.metadata;
    },
    async stop() {
      stop.abort();
      await following;
      await Promise.all([...running.values()].map((each) => end(each).catch(() => {})));
      host.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
