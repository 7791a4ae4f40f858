import { setTimeout as sleep } from 'node:timers/promises';
import { majority } from '../../src/model/quorum.ts';
import { EngineError } from '../../src/providers/swarm/engine.ts';
import type { SwarmApi } from './swarm-api.ts';

/** Ten times a second, the least at which a promotion (0.6–1.0 s) cannot pass unseen. */
const EVERY_MS = 100;
/** A manager that takes longer is counted as giving no answer: without a leader it would block for 20 s. */
const LIMIT_MS = 1_000;

interface Node {
  readonly ID: string;
  readonly Spec: { readonly Role: string };
  readonly ManagerStatus?: { readonly Reachability?: string };
}

/** What one manager said of raft at one moment. */
interface Sample {
  readonly atMs: number;
  readonly manager: string;
  readonly margin: number;
  /** No promotion or demotion in flight: roles are as wanted, and whoever was promoted has been reached once. */
  readonly isSettled: boolean;
  readonly said: string;
}

export interface QuorumSeen {
  readonly samples: readonly Sample[];
  /** Requests that no manager answered within a second, or answered without a leader. */
  readonly unanswered: number;
  /** Longest time in which no manager answered, ms. */
  readonly longestSilenceMs: number;
  /** Least margin while nothing was in flight. */
  readonly settledMargin: number;
  readonly leastMargin: number;
  /** How long a majority had none to spare, ms. */
  readonly atZeroMs: number;
}

/** `GET /nodes` on kept connections of every manager. */
export function sampleQuorum(api: SwarmApi): { stop(): Promise<QuorumSeen> } {
  const samples: Sample[] = [];
  const there = new Set<string>();
  /** When members were first seen as reachable managers, since they last were none. */
  const reached = new Map<string, number>();
  let unanswered = 0;
  let isOver = false;

  function toSample(manager: string, askedAt: number, nodes: readonly Node[]): Sample {
    const peers = nodes.filter((n) => n.ManagerStatus);
    const reachable = peers.filter((n) => n.ManagerStatus?.Reachability === 'reachable');
    for (const { ID } of reachable) if (!reached.has(ID)) reached.set(ID, performance.now());
    for (const { ID, ManagerStatus } of nodes) if (!ManagerStatus) reached.delete(ID);
    const isSettled =
      nodes.every((n) => (n.Spec.Role === 'manager') === (n.ManagerStatus !== undefined)) &&
      peers.every((n) => (reached.get(n.ID) ?? Infinity) < askedAt);
    const margin = reachable.length - majority(peers.length);
    return { atMs: performance.now(), manager, margin, isSettled, said: `${reachable.length}/${peers.length}` };
  }

  async function ask(manager: string): Promise<void> {
    try {
      const askedAt = performance.now();
      samples.push(toSample(manager, askedAt, await api.get<readonly Node[]>(manager, '/nodes', LIMIT_MS)));
    } catch (error) {
      if (!(error instanceof EngineError && /not a swarm manager|not part of a swarm/.test(error.message)))
        unanswered++;
    }
  }

  async function follow(manager: string): Promise<void> {
    while (!isOver && there.has(manager)) {
      const next = performance.now() + EVERY_MS;
      await ask(manager);
      await sleep(Math.max(0, next - performance.now()));
    }
  }

  async function watch(): Promise<void> {
    const following: Promise<void>[] = [];
    while (!isOver) {
      const now = await api.managers();
      for (const gone of [...there].filter((name) => !now.includes(name))) there.delete(gone);
      for (const come of now.filter((name) => !there.has(name))) {
        there.add(come);
        following.push(follow(come));
      }
      await sleep(500);
    }
    await Promise.all(following);
  }

  const watching = watch();
  return {
    async stop() {
      isOver = true;
      await watching;
      return { samples, unanswered, ...sums(samples) };
    },
  };
}

function sums(
  samples: readonly Sample[],
): Pick<QuorumSeen, 'settledMargin' | 'leastMargin' | 'atZeroMs' | 'longestSilenceMs'> {
  let [atZeroMs, longestSilenceMs] = [0, 0];
  samples.forEach((sample, i) => {
    const before = samples[i - 1];
    if (!before) return;
    const gap = sample.atMs - before.atMs;
    longestSilenceMs = Math.max(longestSilenceMs, gap);
    if (before.margin <= 0) atZeroMs += gap;
  });
  const least = (of: readonly Sample[]): number => of.reduce((min, s) => Math.min(min, s.margin), Infinity);
  return {
    atZeroMs: Math.round(atZeroMs),
    longestSilenceMs: Math.round(longestSilenceMs),
    settledMargin: least(samples.filter((s) => s.isSettled)),
    leastMargin: least(samples),
  };
}
