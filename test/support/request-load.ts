import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './docker-oracle.ts';
import type { KeptCluster } from './kept-cluster.ts';
import { SERVICE_IMAGE } from './real-engine.ts';
import type { SwarmApi } from './swarm-api.ts';

/**
 * A client in a container on the cluster's own network. For each request it goes through the list of endpoints, beginning
 * with another one each time, until one answers: `<ms> ok|failed refused=N broken=N`. Failed: none did within 5 s.
 */
const CLIENT = `
turn=0
while :; do
  turn=$((turn + 1)) refused=0 broken=0 answer=failed
  read began rest </proc/uptime; began=\${began%.*}\${began#*.}
  now=$began
  while [ $answer = failed ] && [ $((now - began)) -lt 500 ]; do
    set -- $(cat /load/endpoints)
    skip=$((turn % $#)); while [ $skip -gt 0 ]; do first=$1; shift; set -- "$@" $first; skip=$((skip - 1)); done
    for at; do
      why=$(busybox timeout 2 busybox wget -q -O /dev/null http://$at:8080/cgi-bin/work 2>&1) && { answer=ok; break; }
      case $why in *refused*) refused=$((refused + 1)) ;; *) broken=$((broken + 1)); echo "$at: $why" >&2 ;; esac
    done
    read now rest </proc/uptime; now=\${now%.*}\${now#*.}
  done
  echo $(((now - began) * 10)) $answer refused=$refused broken=$broken
  sleep 0.02
done`;

/** Answers after 50 ms of work; on SIGTERM it takes no more requests, finishes those it has, and ends. */
const SERVER = `
mkdir -p /www/cgi-bin
printf '#!/bin/sh\\nsleep 0.05\\necho Content-Type: text/plain\\necho\\nhostname\\n' >/www/cgi-bin/work
chmod +x /www/cgi-bin/work
httpd -f -p 8080 -h /www & listener=$!
trap 'kill $listener; sleep 0.5; exit 0' TERM
wait $listener`;

export interface LoadSeen {
  readonly ok: number;
  /** No endpoint answered within 5 s. */
  readonly failed: number;
  /** Connections that were refused; the next endpoint was asked then. */
  readonly refused: number;
  /** Connections that ended otherwise than by an answer: a node was killed under them. */
  readonly broken: number;
  readonly slowestMs: number;
  /** How often a task was moved, by service: tasks started beyond the replicas, for each of these. */
  readonly movesPerTask: Readonly<Record<string, number>>;
}

interface Task {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
}

/** Replicas of the service that is not called and may share nodes. */
const CROWD = 6;

/**
 * Two services on a pool of `nodes` nodes: `web`, with a host-mode port and so one task on each node, and a client that
 * calls it; and `crowd`, whose tasks fit anywhere.
 */
export async function startLoad(
  c: KeptCluster,
  api: SwarmApi,
  { pool, nodes: replicas }: { readonly pool: string; readonly nodes: number },
): Promise<{ stop(): Promise<LoadSeen> }> {
  const create = (name: string, count: number, ...more: readonly string[]): Promise<string> => {
    const named = ['service', 'create', '--detach', '--no-resolve-image', '--name', name, '--replicas', `${count}`];
    return c.swarm(...named, '--constraint', `node.labels.skep.pool==${pool}`, ...more);
  };
  const publish = ['--publish', 'mode=host,target=8080,published=8080'];
  const services = new Map([
    [await create('web', replicas, ...publish, '--entrypoint', '/bin/sh', SERVICE_IMAGE, '-c', SERVER), 'web'],
    [await create('crowd', CROWD, SERVICE_IMAGE, 'sleep', '100000'), 'crowd'],
  ]);
  const started: Record<string, Set<string>> = { web: new Set(), crowd: new Set() };
  const folder = await mkdtemp(join(tmpdir(), 'skep-load-'));
  let isOver = false;

  /** By Docker's own word: where a task runs that is meant to. */
  async function endpoints(): Promise<readonly string[]> {
    const tasks = await api.ask<readonly Task[]>('/tasks');
    for (const { ID, ServiceID, Status } of tasks)
      if (Status.State === 'running') started[services.get(ServiceID) ?? '']?.add(ID);
    const nodes = await api.ask<readonly { ID: string; Status: { Addr?: string } }[]>('/nodes');
    const running = tasks.filter(
      (t) => services.get(t.ServiceID) === 'web' && t.DesiredState === 'running' && t.Status.State === 'running',
    );
    return running.flatMap((t) => nodes.find((n) => n.ID === t.NodeID)?.Status.Addr ?? []).sort();
  }
  const note = async (list: readonly string[]): Promise<void> => {
    if (list.length === 0) return;
    await writeFile(join(folder, 'next'), list.join('\n'));
    await rename(join(folder, 'next'), join(folder, 'endpoints'));
  };
  const areAll = async (): Promise<boolean> => (await endpoints()).length === replicas && started.crowd?.size === CROWD;
  await eventually('its services run', 60_000, areAll);
  await note(await endpoints());
  const network = ['--network', `skep-${c.name}`, '-v', `${folder}:/load:ro`];
  await c.engine.docker('run', '-d', '--name', 'client', ...network, '--entrypoint', 'sh', SERVICE_IMAGE, '-c', CLIENT);
  const following = (async () => {
    while (!isOver) {
      await endpoints().then(note, () => {}); // nobody answers during an election
      await sleep(200);
    }
  })();
  const finish = async (): Promise<LoadSeen> => {
    isOver = true;
    await following;
    const lines = (await c.engine.docker('logs', 'client')).split('\n');
    await c.engine.docker('rm', '-f', 'client');
    await c.swarm('service', 'rm', 'web', 'crowd');
    await rm(folder, { recursive: true });
    const moves = (name: string, count: number): number => ((started[name]?.size ?? 0) - count) / count;
    return { ...sums(lines), movesPerTask: { web: moves('web', replicas), crowd: moves('crowd', CROWD) } };
  };
  let finished: Promise<LoadSeen> | null = null;
  return {
    stop() {
      finished ??= finish();
      return finished;
    },
  };
}

function sums(lines: readonly string[]): Omit<LoadSeen, 'movesPerTask'> {
  const seen = { ok: 0, failed: 0, refused: 0, broken: 0, slowestMs: 0 };
  for (const line of lines) {
    const [, ms, answer, refused, broken] = /^(\d+) (ok|failed) refused=(\d+) broken=(\d+)$/.exec(line) ?? [];
    if (answer !== 'ok' && answer !== 'failed') throw new Error(`the client said: ${line}`);
    seen[answer] += 1;
    seen.refused += Number(refused);
    seen.broken += Number(broken);
    seen.slowestMs = Math.max(seen.slowestMs, Number(ms));
  }
  return seen;
}
