import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ClusterName, MachineId } from '../../../src/model/ids.ts';
import { createConnections } from '../../../src/providers/local/connections.ts';
import { createReadiness } from '../../../src/providers/local/readiness.ts';
import type { ContainerRow } from '../../../src/providers/local/world.ts';
import type { Engine } from '../../../src/providers/swarm/engine.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const LISTENS = 'level=info msg="API listen on /var/run/docker.sock"\n';
const more = 'level=info msg="memberlist: …"\n'.repeat(500);

describe('an engine that has been started a moment ago', () => {
  it.each([
    ['alone', [LISTENS]],
    ['in two parts', [LISTENS.slice(0, 30), LISTENS.slice(30)]],
    ['amid all that it said since, for whoever begins to listen late', [more + LISTENS + more]],
  ] as const)('is worth asking once it says that it listens: %s', async (_, log) => {
    const clock = createFakeClock();
    const closed = new AbortController();
    const machine = 'demo-web-a1b2' as MachineId;
    const state = { State: { StartedAt: '2026-11-21T14:02:11.000Z', Running: true } };
    const connections = {
      ...createConnections(() => Promise.reject(new Error('no dial')), clock),
      to: () => ({ call: async () => 'OK' }) as unknown as Engine,
    };
    const noted: MachineId[] = [];
    const host = {
      call: async () => state,
      // The log of an engine that runs does not end.
      stream: async () => Readable.from(endless(log)) as IncomingMessage,
    } as unknown as Engine;
    const ready: string[] = [];
    const readiness = createReadiness({
      host,
      clock,
      connections: { ...connections, note: (id) => void noted.push(id) },
      closed: closed.signal,
      onReady: (cluster) => void ready.push(cluster),
    });
    const row = { Id: 'c1', Names: [`/${machine}`], Status: 'Up 20 seconds' } as unknown as ContainerRow;
    expect(readiness.isWorthAsking('demo' as ClusterName, row)).toBe(false);
    await clock.step(0);
    expect([ready, noted]).toEqual([['demo'], [machine]]);
    closed.abort();
  });
});

async function* endless(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
  await new Promise(() => {});
}
