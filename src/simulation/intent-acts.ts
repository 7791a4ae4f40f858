import { leaveIntent } from '../controller/store/inbox.ts';
import { type ClusterName, MANAGERS } from '../model/ids.ts';
import type { Intent } from '../model/record.ts';
import type { Recovery } from '../model/recovery.ts';
import type { World } from '../providers/simulated/world.ts';
import { type Performed, victim } from './machine-acts.ts';
import { PATHS, type Simulation } from './simulation.ts';
import type { What } from './story.ts';

type IntentAct = Extract<
  What,
  { kind: 'pause-intent' | 'confirm' | 'retry' | 'abort' | 'rollout' | 'rebalance' | 'recover' | 'backup' }
>;

/** As `skep recover` and `skep backup` have it. */
const AGREED_FOR_MS = 15 * 60_000;

/** What people ask of skep outside the spec. */
export async function performIntent(sim: Simulation, cluster: ClusterName, act: IntentAct): Promise<Performed> {
  const { tree, clock, watchers, random } = sim;
  async function leave(kind: Intent['kind'], more: Partial<Intent> = {}): Promise<void> {
    const intent = { id: random.id(12), kind, by: 'ops', at: clock.now(), reason: null, until: null, ...more };
    await leaveIntent(PATHS.state, { cluster, intent }, tree.disk);
    for (const hint of [...watchers]) hint();
  }
  const world = sim.worlds.read(cluster);
  switch (act.kind) {
    case 'pause-intent':
      await leave('pause');
      return { what: `skep pause ${cluster}`, undo: () => leave('resume'), afterMs: act.undoMs };
    case 'recover': {
      const recovery = world && recoveryFor(world);
      if (!recovery) return { what: `skep recover ${cluster}: there is nothing to recover` };
      await leave('recover', { until: clock.now() + AGREED_FOR_MS, recovery });
      return { what: `skep recover ${cluster}: ${recovery.how}` };
    }
    case 'backup': {
      const machine = victim(world, 'manager', act.roll)?.id;
      if (machine === undefined) return { what: `skep backup ${cluster}: no manager to read` };
      await leave('backup', { until: clock.now() + act.ms, machine });
      return { what: `skep backup ${cluster}: ${machine} is to be read` };
    }
    default:
      await leave(act.kind, act.kind === 'abort' || act.kind === 'rollout' ? { specHash: null } : {});
      return { what: `skep ${act.kind} ${cluster}` };
  }
}

/** What `skep recover` proposes when the swarm has lost its majority for good, and a person agrees to. */
function recoveryFor({ machines, swarms, record }: World): Recovery | null {
  if (record?.swarmId == null) return null;
  const { swarmId } = record;
  const peers = new Set(swarms.flatMap((swarm) => swarm.peers.map((peer) => peer.node)));
  const answering = machines
    .filter((m) => m.state === 'running' && !m.frozen && !m.trouble && m.membership && peers.has(m.membership.node))
    .map((m) => m.id)
    .sort();
  if (answering.length > peers.size / 2) return null;
  const [survivor] = answering;
  const removes = machines.filter((m) => m.pool === MANAGERS && m.state === 'stopped').map((m) => m.id);
  return survivor === undefined
    ? { how: 'start-over', swarmId, removes }
    : { how: 'survivor', survivor, swarmId, removes };
}
