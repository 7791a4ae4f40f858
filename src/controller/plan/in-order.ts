import type { Observed } from '../../model/observed.ts';

/** What was seen, each list by id: a plan does not depend on the order in which the world listed things. Tasks are put in order by node, where they are asked for. */
export function inOrder(observed: Observed): Observed {
  const { infrastructure, swarm } = observed;
  return {
    ...observed,
    infrastructure: infrastructure.ok
      ? { ok: true, value: { ...infrastructure.value, machines: byId(infrastructure.value.machines) } }
      : infrastructure,
    swarm:
      swarm.ok && swarm.value
        ? {
            ok: true,
            value: {
              ...swarm.value,
              members: byId(swarm.value.members),
              services: byId(swarm.value.services),
            },
          }
        : swarm,
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  // A road imagines on from what was put in order before.
  if (items.every((item, i) => i === 0 || (items[i - 1] as T).id <= item.id)) return items;
  return [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
