import { describeEvent } from '../base/events.ts';
import { describeStep } from '../model/step.ts';
import type { World } from '../providers/simulated/world.ts';
import type { Broken, Entry, Trace } from './trace.ts';

/** A trace as a person follows it: when, who, what, the world in short; and what was broken, where it was. */
export function tellTrace({ entries }: Trace, broken: readonly Broken[]): string {
  let before: string | null = null;
  const lines = entries.flatMap((entry) => {
    const text = lineOf(entry);
    // Passes that see and say the same again are told once.
    const isAgain = entry.kind === 'look' && text === before;
    if (text !== null) before = text;
    return text === null || isAgain ? [] : [{ at: entry.at, text }];
  });
  const faults = broken.map(({ at, invariant, why }) => ({ at, text: `✗ ${invariant}: ${why}` }));
  return [...lines, ...faults]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${timeOf(at)}  ${text}`)
    .join('\n');
}

function lineOf(entry: Entry): string | null {
  switch (entry.kind) {
    case 'act':
      return `        ${entry.what}`;
    case 'life':
      return `${entry.by}: ${entry.what}`;
    case 'call':
      return entry.fault === null ? null : `${entry.by}: ${entry.method} ${entry.about} meets: ${entry.fault}`;
    case 'look': {
      const { batch, holds, waits } = entry.plan;
      const parts = [
        ...batch.map((step) => `→ ${describeStep(step)} (${step.why})`),
        ...holds.map((hold) => `held ${hold.reason}: ${hold.what}`),
        ...(batch.length + holds.length === 0 ? waits.map((wait) => `waits: ${wait.what}`) : []),
      ];
      const lies = entry.lies.length > 0 ? ` [looks: ${entry.lies.join(', ')}]` : '';
      return parts.length === 0 ? null : `${entry.by} t${entry.term} ${entry.cluster}${lies}: ${parts.join('; ')}`;
    }
    case 'change':
      return `        ${entry.cause} took effect: ${inShort(entry.after)}`;
    case 'said':
      return /^SKP40[1-6]|SKP409|SKP412/.test(entry.code)
        ? `${entry.by}: ${describeEvent(entry.code, entry.data)}`
        : null;
    case 'status':
    case 'files':
      return null;
  }
}

/** `managers 3 (3/3) · web 2, 1 drained`. */
function inShort(world: World | null): string {
  if (!world) return 'nothing is left';
  const members = world.swarms.flatMap((swarm) => swarm.members);
  const pools = [...new Set(world.machines.map((m) => m.pool))].sort().map((pool) => {
    const machines = world.machines.filter((m) => m.pool === pool);
    const nodes = machines.map((m) => members.find((member) => member.id === m.membership?.node));
    const states = [
      [machines.filter((m) => m.state !== 'running').length, 'not running'],
      [nodes.filter((m) => m?.state === 'down').length, 'down'],
      [nodes.filter((m) => m?.availability === 'drain').length, 'drained'],
      [nodes.filter((m) => m?.availability === 'pause').length, 'paused'],
    ] as const;
    const odd = states.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
    return `${pool} ${machines.length}${odd.length > 0 ? ` (${odd.join(', ')})` : ''}`;
  });
  const rafts = world.swarms.map((s) => `raft ${s.peers.length}/${s.peers.filter((p) => p.reachable).length}`);
  return [...rafts, ...pools].join(' · ') || 'no machine';
}

function timeOf(ms: number): string {
  const minutes = String(Math.floor(ms / 60_000)).padStart(3);
  return `${minutes}:${((ms % 60_000) / 1_000).toFixed(2).padStart(5, '0')}`;
}
