import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeTableAt } from '../../stores/tables.ts';
import { type ControllerProcess, createPlace, type Place, startProgram } from '../controller-process.ts';
import type { RealEngine } from '../real-engine.ts';
import { startDynamoDbLocal } from '../stand-ins.ts';
import { type DockerProxy, openDockerProxy } from './docker-proxy.ts';
import { createLedger, type Ledger, type Write } from './ledger.ts';
import { openTableProxy, type TableProxy } from './table-proxy.ts';

const jumpingClock = new URL('../jumping-clock.mjs', import.meta.url).href;
const shipped = fileURLToPath(new URL('../../../bin/skep.js', import.meta.url));
const quick = fileURLToPath(new URL('../launch.mjs', import.meta.url));

/** A host with one controller at a time on it, behind proxies of its own. */
export interface Host {
  /** Of the process that runs, or ran last: new for each. */
  id(): string;
  start(): void;
  process(): ControllerProcess;
  readonly table: TableProxy;
  /** As this host's status files tell it. */
  readonly statusOf: Place['statusOf'];
}

/** Two hosts whose controllers keep the clusters of one directory, on one engine, with their state in one table. */
export interface TwoControllers {
  readonly place: Place;
  readonly ledger: Ledger;
  readonly hosts: readonly [Host, Host];
  /** The host whose process took the highest term; and the other. */
  roles(): { readonly leader: Host; readonly other: Host };
  /** The first write that `isIt`, from `from` (a length of the ledger) on. */
  until(what: string, limitMs: number, isIt: (write: Write) => boolean, from?: number): Promise<Write>;
  end(): Promise<void>;
}

/** `times`: those of the lease are the shipped ones, or 1.5 s and what belongs to it. */
export async function startTwoControllers(engine: RealEngine, times: 'shipped' | 'quick'): Promise<TwoControllers> {
  const store = await startDynamoDbLocal();
  const table = await makeTableAt(store.url);
  const places = [await createPlace(), await createPlace()] as const;
  const [place] = places;
  const ledger = createLedger();
  const hosts = [await aHost('a', places[0], 3_600_000), await aHost('b', places[1], -3_600_000)] as const;
  const termOf = (host: Host): number => ledger.termOf(host.id());

  async function aHost(name: string, own: Place, jumpMs: number): Promise<Host & { docker: DockerProxy }> {
    let started = 0;
    let running: ControllerProcess | null = null;
    const id = (): string => `${name}${started}`;
    const proxy = await openTableProxy(store.url, ledger, id);
    const docker = await openDockerProxy(`${own.status}.sock`, engine.dockerHost, ledger, id);
    const env = {
      DOCKER_HOST: docker.dockerHost,
      AWS_REGION: 'eu-west-3',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: proxy.url,
      SKEP_STATE: `dynamodb://${table.name}`,
      NODE_OPTIONS: `--import ${jumpingClock}`,
      SKEP_TEST_JUMP_MS: String(jumpMs),
    };
    return {
      id,
      table: proxy,
      docker,
      statusOf: own.statusOf,
      start() {
        started += 1;
        const args = ['run', '--owner', 'ops', '--log-format', 'json', '--log-level', 'debug'];
        const program = times === 'shipped' ? shipped : quick;
        running = startProgram(program, { ...own, specs: place.specs }, args, env, ['specs', 'status']);
      },
      process() {
        if (!running) throw new Error(`no controller was started on ${name}`);
        return running;
      },
    };
  }

  return {
    place,
    ledger,
    hosts,
    roles() {
      const [a, b] = hosts;
      return termOf(a) > termOf(b) ? { leader: a, other: b } : { leader: b, other: a };
    },
    async until(what, limitMs, isIt, from = 0) {
      for (const end = Date.now() + limitMs; ; await sleep(10)) {
        const found = ledger.writes.slice(from).find(isIt);
        if (found) return found;
        if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}\n${logs()}`);
      }
    },
    async end() {
      await Promise.all(hosts.map((host) => host.process().kill()));
      await Promise.all(hosts.flatMap(({ table: proxy, docker }) => [proxy.close(), docker.close()]));
      table.close();
      await store.end();
      await Promise.all(places.map((each) => each.remove()));
    },
  };

  function logs(): string {
    return hosts.map((host) => `${host.id()} (term ${termOf(host)}): ${host.process().log().slice(-2_000)}`).join('\n');
  }
}
