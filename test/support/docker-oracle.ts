import { setTimeout as sleep } from 'node:timers/promises';
import type { RealEngine } from './real-engine.ts';

/** Docker's own word for what there is: never skep's. */

export interface SeenMember {
  readonly hostname: string;
  readonly status: string;
  readonly availability: string;
  /** Leader, Reachable, Unreachable or empty. */
  readonly manager: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
}

/** Running node containers of a cluster, sorted. */
export async function containersOf(engine: RealEngine, cluster: string): Promise<readonly string[]> {
  const text = await engine.docker('ps', '--filter', `label=skep.cluster=${cluster}`, '--format', '{{.Names}}');
  return text
    .split('\n')
    .filter((name) => /-[a-z0-9]{4}$/.test(name))
    .sort();
}

/** `docker node ls` and `docker node inspect` asked of a manager. */
export async function membersOf(engine: RealEngine, manager: string): Promise<readonly SeenMember[]> {
  const ids = (await engine.inNode(manager, 'node', 'ls', '-q')).split('\n').filter(Boolean);
  const nodes = JSON.parse(await engine.inNode(manager, 'node', 'inspect', ...ids)) as readonly {
    Description: { Hostname: string };
    Status: { State: string; Addr: string };
    Spec: { Availability: string; Labels?: Record<string, string> };
    ManagerStatus?: { Leader?: boolean; Reachability: string };
  }[];
  return nodes
    .map((n) => ({
      hostname: n.Description.Hostname,
      status: n.Status.State,
      availability: n.Spec.Availability,
      manager: n.ManagerStatus ? (n.ManagerStatus.Leader ? 'leader' : n.ManagerStatus.Reachability) : '',
      labels: n.Spec.Labels ?? {},
      address: n.Status.Addr,
    }))
    .sort((a, b) => (a.hostname < b.hostname ? -1 : 1));
}

/** Nodes of running tasks of a service, one entry a task. */
export async function runningTasks(engine: RealEngine, manager: string, service: string): Promise<readonly string[]> {
  const format = '{{.Node}} {{.CurrentState}}';
  const text = await engine.inNode(
    manager,
    'service',
    'ps',
    service,
    '--filter',
    'desired-state=running',
    '--format',
    format,
  );
  return text.split('\n').flatMap((line) => (/ Running /.test(`${line} `) ? [line.split(' ')[0] ?? ''] : []));
}

export async function eventually<T>(what: string, limitMs: number, look: () => Promise<T | false | null>): Promise<T> {
  const end = Date.now() + limitMs;
  let trouble: unknown = null;
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen !== false && seen !== null) return seen;
    } catch (error) {
      trouble = error;
    }
    await sleep(200);
  }
  throw new Error(`not within ${limitMs} ms: ${what}${trouble ? ` (${String(trouble)})` : ''}`);
}
