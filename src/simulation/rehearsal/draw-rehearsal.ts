import { seededRandom } from '../../base/random.ts';
import { durationMs } from '../../model/cluster-spec/duration.ts';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { ServiceWish } from '../../providers/simulated/acts.ts';
import { diceOf } from '../draw-spec.ts';
import { CONTROLLER, FAULTS, NATURE } from '../draw-story.ts';
import type { Happening, Story } from '../story.ts';

/** One that moves as Docker does it, one that is moved start-first, one on every node. */
export const SAMPLES: readonly ServiceWish[] = [
  { name: 'sample-web', replicas: 4 },
  { name: 'sample-api', replicas: 2, labels: { 'skep.drain': 'surge' }, updateOrder: 'start-first' },
  { name: 'sample-agent', replicas: 'global' },
];

const MINUTE = 60_000;
/** When services are deployed: a first manager is there long before, in simulated time. */
const DEPLOY_AT = 20_000;
/** Between two versions: our choice, long enough for a cluster of a few nodes to stand. */
const VERSION_MS = 2 * MINUTE;
/** How long things go wrong after the last version, at most: our choice, faults later meet a cluster that stands. */
const LONGEST_MS = 20 * MINUTE;
/** Our choice: while the first nodes of a change are on their way. */
const SOON_MS = MINUTE;
/** Making, joining and draining one node, roughly, when nothing goes wrong. */
const NODE_MS = 30_000;

/** One schedule of a rehearsal: the versions one after the other, and what nature and calls do to them, from its seed. */
export function drawRehearsal(seed: number, versions: readonly ClusterSpec[]): Story {
  const dice = diceOf(seededRandom(seed));
  const { chance, pick, between } = dice;
  const [first] = versions;
  if (!first) throw new Error('no version of the spec');
  const nodes = Math.max(...versions.map(nodesOf));
  const lastAt = VERSION_MS * (versions.length - 1);
  const busyMs = Math.min(LONGEST_MS, nodes * (NODE_MS + settleOf(versions)));
  const quietAt = lastAt + Math.max(2 * MINUTE, busyMs);
  const events: Happening[] = SAMPLES.map((service) => ({
    at: DEPLOY_AT,
    what: { cluster: 0, kind: 'deploy', service },
  }));
  for (const [i, version] of versions.entries()) {
    if (i > 0) events.push({ at: VERSION_MS * i, what: { cluster: 0, kind: 'edit', text: JSON.stringify(version) } });
  }
  for (let left = pick([0, 1, 1, 2, 3, 4]); left > 0; left -= 1) {
    // Half of it right after the last change: that is what is rehearsed.
    const at = chance(0.5) ? between(lastAt, lastAt + SOON_MS) : between(0, quietAt);
    events.push({ at, what: { cluster: 0, ...pick([...NATURE, ...CONTROLLER, ...FAULTS])(dice) } });
  }
  return {
    seed,
    files: { [`${first.metadata.name}.yaml`]: JSON.stringify(first) },
    events: events.sort((a, b) => a.at - b.at),
    quietAt,
    patienceMs: patienceOf(versions, nodes),
  };
}

const nodesOf = ({ spec }: ClusterSpec): number =>
  spec.managers.count + spec.workers.reduce((sum, { count }) => sum + count, 0);

const settleOf = (versions: readonly ClusterSpec[]): number =>
  Math.max(...versions.map(({ spec }) => durationMs(spec.rollout.settle)));

/** Every node replaced one after the other, and every wait of the spec run out once on top. */
function patienceOf(versions: readonly ClusterSpec[], nodes: number): number {
  const waits = versions.map(({ spec: { health, rollout } }) => {
    const startup = durationMs(health.startupTimeout) * (health.startupRetries + 1);
    return startup + durationMs(health.unhealthyAfter) + 2 * durationMs(rollout.drainTimeout);
  });
  return 2 * Math.max(...waits) + nodes * (NODE_MS + settleOf(versions));
}
