import type { Clock } from '../base/clock.ts';
import type { CliContext, Output } from './context.ts';
import type { Fleet } from './files/status-files.ts';
import { describeChanges } from './live/changes.ts';
import { fleetLooks } from './live/looks.ts';
import { createRedraw } from './live/redraw.ts';
import { drawTree } from './render/branch.ts';
import { fleetTree } from './render/fleet-tree.ts';
import { paintFor, widthOf } from './render/paint.ts';
import { timeOfDay } from './render/time.ts';

export interface LiveOptions {
  readonly statusDir: string;
  readonly stdout: Output;
  readonly env: CliContext['env'];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Only this cluster; null or left out: all. */
  readonly name?: string | null;
  /** Open all clusters, also those without trouble. */
  readonly all?: boolean;
  /** Where there is no terminal: a line for each step of a node, too. */
  readonly nodes?: boolean;
  /** The controller is this very process. */
  readonly own?: boolean;
}

/** Shows the fleet until aborted: on a terminal a tree drawn in place, elsewhere one line per change. */
export async function drawLive(options: LiveOptions): Promise<void> {
  const looks = fleetLooks(options);
  return options.stdout.isTTY && options.env.TERM !== 'dumb' ? redraw(looks, options) : report(looks, options);
}

async function redraw(looks: AsyncIterable<Fleet>, options: LiveOptions): Promise<void> {
  const { stdout, env, clock, all = false, own = false } = options;
  const paint = paintFor(stdout, env);
  const picture = createRedraw(stdout);
  try {
    for await (const look of looks) {
      const fleet = only(look, options.name ?? null);
      const tree = drawTree(fleetTree(fleet, { now: clock.now(), all, own }), widthOf(stdout, env), paint);
      picture.draw(tree.length > 0 ? tree : [paint('dim', 'no clusters yet')]);
    }
  } finally {
    picture.finish();
  }
}

async function report(
  looks: AsyncIterable<Fleet>,
  { stdout, clock, name = null, nodes = false }: LiveOptions,
): Promise<void> {
  let before: Fleet | null = null;
  for await (const look of looks) {
    const fleet = only(look, name);
    for (const line of describeChanges(before, fleet, nodes)) stdout.write(`${timeOfDay(clock.now())} ${line}\n`);
    before = fleet;
  }
}

function only(fleet: Fleet, name: string | null): Fleet {
  if (name === null) return fleet;
  return { ...fleet, clusters: fleet.clusters.filter((file) => file.metadata.name === name), source: null };
}
