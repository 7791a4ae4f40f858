import { release } from 'node:os';
import process from 'node:process';
import type { Clock } from '../../base/clock.ts';
import type { HostRoom } from '../../model/host-facts.ts';
import type { Engine } from '../swarm/engine.ts';
import { readHostFacts } from './doctor/host-facts.ts';

/** A disk fills in minutes, not in seconds. Our choice. */
const KEPT_MS = 60_000;

/** What is left of this host, looked at no more than once a minute for all clusters together. Never rejects. */
export function createHostRoom(host: Engine, clock: Clock): (signal: AbortSignal) => Promise<HostRoom | null> {
  let seen: { readonly at: number; readonly room: Promise<HostRoom | null> } | null = null;

  async function look(signal: AbortSignal): Promise<HostRoom | null> {
    const info = await host.call<{ DockerRootDir: string; KernelVersion: string }>(
      { method: 'GET', path: '/info' },
      signal,
    );
    if (process.platform !== 'linux' || info.KernelVersion !== release()) return null;
    const { disk, inotify } = await readHostFacts({
      root: '/',
      release: info.KernelVersion,
      dataRoot: info.DockerRootDir,
    });
    return { disk, inotify };
  }

  return (signal) => {
    if (seen === null || clock.monotonic() - seen.at > KEPT_MS) {
      seen = { at: clock.monotonic(), room: look(signal).catch(() => null) };
    }
    return seen.room;
  };
}
