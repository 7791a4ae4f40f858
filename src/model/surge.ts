import type { NodeId } from './ids.ts';

/**
 * How skep keeps a service's tasks off a node before that is drained: a constraint, and a label beside it that says which
 * constraints are skep's. Nobody else's `node.id!=…` is ever taken out.
 */
const SURGE_LABEL = 'skep.drain.from';

interface Placing {
  readonly constraints: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Nodes that skep's constraints on a service name. */
export function keptOff(labels: Readonly<Record<string, string>>): readonly NodeId[] {
  return (labels[SURGE_LABEL] ?? '').split(' ').filter(Boolean) as NodeId[];
}

/** A constraint keeps the service off this node, whoever put it there. */
export const isKeptOff = ({ constraints }: Pick<Placing, 'constraints'>, node: NodeId): boolean =>
  constraints.includes(against(node));

const against = (node: NodeId): string => `node.id!=${node}`;

/** With skep's constraint against `node`, or without it. One that somebody else put there is left as it is. */
export function withSurge({ constraints, labels }: Placing, node: NodeId, on: boolean): Placing {
  const nodes = keptOff(labels);
  if (on ? isKeptOff({ constraints }, node) : !nodes.includes(node)) return { constraints, labels };
  const others = nodes.filter((other) => other !== node);
  const next = on ? [...others, node] : others;
  const { [SURGE_LABEL]: _, ...rest } = labels;
  return {
    constraints: [...constraints.filter((other) => other !== against(node)), ...(on ? [against(node)] : [])],
    labels: next.length > 0 ? { ...rest, [SURGE_LABEL]: next.join(' ') } : rest,
  };
}
