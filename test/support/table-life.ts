import { seededRandom } from '../../src/base/random.ts';
import { createVirtualClock } from '../../src/base/virtual-clock.ts';
import type { Table } from '../../src/providers/aws/table/table.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { type AgentsOverWorld, createAgentsOverWorld } from './agents-over-world.ts';
import { createKeeper } from './keeper.ts';

/** Turns are rarer than the shipped ones: what counts here is what comes of them. */
const TIMES = { turnMs: 2_000, patienceMs: 10_000, graceMs: 6_000, watchMs: 20_000 };

/** A cluster that a controller keeps in virtual time through agents and a table that is no part of that time. */
export function createTableLife(table: Table, over: (provider: Provider) => Provider = (provider) => provider) {
  let underWay = 0;
  const counted = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      underWay += 1;
      try {
        return await call(...args);
      } finally {
        underWay -= 1;
      }
    };
  };
  const timeless: Table = {
    writer: table.writer,
    read: counted(table.read),
    list: counted(table.list),
    sortKeys: counted(table.sortKeys),
    latest: counted(table.latest),
    write: counted(table.write),
    remove: counted(table.remove),
  };
  const clock = createVirtualClock(1_700_000_000_000, async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (underWay > 0);
  });
  let agents: AgentsOverWorld | undefined;
  const keeper = createKeeper(1, {
    clock,
    over(world) {
      agents = createAgentsOverWorld({ world, table: timeless, clock, random: seededRandom(2), times: TIMES });
      return over(agents.provider);
    },
  });
  return { keeper, stop: () => agents?.stop() };
}
