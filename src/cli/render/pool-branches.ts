import type { NodeStatus } from '../../model/node-status.ts';
import type { ClusterStatus } from '../../model/status.ts';
import { type Branch, branch } from './branch.ts';
import type { Tone } from './paint.ts';
import { byTrouble, lookOfNode, nameList, plural, progressBar, worst } from './words.ts';

/** Pools with their nodes; those in trouble first, and nodes that look alike folded into one line. */
export function poolBranches(status: ClusterStatus): Branch[] {
  const pools = status.pools.map((pool) => {
    const nodes = status.nodes.filter((node) => node.pool === pool.name);
    return { name: pool.name, nodes, summary: poolSummary(pool, status), tone: poolTone(pool, nodes, status) };
  });
  const named = new Set(status.pools.map(({ name }) => name));
  for (const name of new Set(status.nodes.map((node) => node.pool).filter((pool) => !named.has(pool)))) {
    const nodes = status.nodes.filter((node) => node.pool === name);
    pools.push({ name, nodes, summary: `${plural(nodes.length, 'node')}, none declared`, tone: 'busy' });
  }
  pools.sort((a, b) => byTrouble(a.tone, b.tone)); // stable: otherwise as declared, managers first
  return pools.map(({ name, nodes, summary, tone }) => branch('', name, summary, tone, nodeBranches(nodes)));
}

function poolSummary(pool: ClusterStatus['pools'][number], { managers }: ClusterStatus): string {
  const parts = [`${pool.ready} of ${pool.declared} ready`];
  if (pool.machines !== pool.declared) parts.push(plural(pool.machines, 'machine'));
  if (pool.outdated > 0) parts.push(`${pool.outdated} outdated`);
  if (pool.role === 'manager' && managers) {
    parts.push(managers.margin < 0 ? 'quorum lost' : `quorum ${managers.quorum}, margin ${managers.margin}`);
  }
  return parts.join(', ');
}

function poolTone(pool: ClusterStatus['pools'][number], nodes: readonly NodeStatus[], status: ClusterStatus): Tone {
  if (pool.role === 'manager' && status.managers && status.managers.margin < 0) return 'bad';
  const tone = worst(nodes.map((node) => lookOfNode(node.state).tone));
  if (tone === 'bad' || tone === 'warn') return tone;
  return pool.ready === pool.declared && pool.machines === pool.declared && pool.outdated === 0 ? 'good' : 'busy';
}

function nodeBranches(nodes: readonly NodeStatus[]): Branch[] {
  const groups = new Map<string, NodeStatus[]>();
  for (const node of nodes) {
    const state = node.state === 'leader' ? 'ready' : node.state;
    const key = JSON.stringify([state, node.message, node.outdated]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const folded = [...groups.values()].map((alike) => ({ alike, tone: toneOf(alike) }));
  folded.sort((a, b) => byTrouble(a.tone, b.tone));
  return folded.map(({ alike, tone }) => nodeBranch(alike, tone));
}

const toneOf = ([first]: readonly NodeStatus[]): Tone => (first ? lookOfNode(first.state).tone : 'plain');

function nodeBranch(alike: readonly NodeStatus[], tone: Tone): Branch {
  const [first] = alike;
  if (!first) return branch('', '');
  const look = lookOfNode(first.state);
  const state = first.state === 'leader' ? 'ready' : first.state;
  const names = nameList(alike.map((node) => (node.state === 'leader' ? `${node.name} (leads)` : node.name)));
  const bar = look.stage === null ? '' : `${progressBar(look.stage)} `;
  const outdated = first.outdated ? ', outdated' : '';
  const message = first.message ? [branch('', first.message)] : [];
  return branch(look.sign, `${bar}${plural(alike.length, 'node')} ${state}${outdated}:`, names, tone, message);
}
