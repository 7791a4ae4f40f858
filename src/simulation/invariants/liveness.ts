import { expand } from '../../model/desired.ts';
import { canonicalJson } from '../../model/hash.ts';
import { HOLD_REASONS } from '../../model/hold.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { World } from '../../providers/simulated/world.ts';
import { type Broken, changesOf, type End, type Invariant, looksOf } from '../trace.ts';
import { isDestructive } from './looks.ts';

/** L1: when faults stop, every cluster reaches what is declared or rests in a listed hold; none waits for ever. */
export const L1: Invariant = ({ end }) => {
  if (!end) return [];
  const names = new Set([...end.declared.keys(), ...end.worlds.filter((w) => w.record).map((w) => w.cluster)]);
  return [...names].flatMap((name) => {
    const why = restless(name, end);
    return why === null ? [] : [{ invariant: 'L1', at: end.at, why: `${name}: ${why}` }];
  });
};

const LISTED: ReadonlySet<string> = new Set(HOLD_REASONS);

function restless(name: ClusterName, end: End): string | null {
  const file = end.statuses.get(name);
  if (!file) return 'it has no status';
  const { phase, holds, because, conditions, observedSpecHash } = file.status;
  if (holds.some((hold) => !LISTED.has(hold.reason) || !hold.why || !hold.release)) return 'a hold says too little';
  if (conditions.some(({ type }) => type === 'Reconciling')) return `it still moves: ${because}`;
  if (phase === 'Ready' && end.declared.get(name) && observedSpecHash !== end.declared.get(name))
    return 'Ready, and not as its document says';
  const idle = holds.every(({ reason }) => HEALING.has(reason)) ? idleOutdated(name, end) : undefined;
  if (idle) return `${idle} is outdated, serves nobody, and nothing but healing speaks of it: ${because}`;
  const isStill = phase === 'Ready' || phase === 'Orphaned' || phase === 'Deleted' || holds.length > 0;
  return isStill || conditions.some(({ type }) => type === 'Stalled') ? null : `${phase} without a hold: ${because}`;
}

/** Holds that say nothing against taking away what is outdated and of no use. */
const HEALING: ReadonlySet<string> = new Set(['Braked', 'StartupFailed', 'ReplacementHeld', 'CanaryFailed']);

/** A machine of a declared worker pool that was made of an older spec and never became a member. */
function idleOutdated(name: ClusterName, { worlds }: End): string | undefined {
  const world = worlds.find(({ cluster }) => cluster === name);
  const record = world?.record;
  if (!record || record.deletion || record.intents.length > 0) return undefined;
  const pools = expand(record.spec, record.source).pools.filter((pool) => pool.role === 'worker');
  return world.machines.find(
    (m) =>
      m.membership === null &&
      m.joining === null &&
      pools.some((pool) => pool.name === m.pool && isOtherMake(record.hashInputs[m.hash], pool.hashInputs)),
  )?.id;
}

const isOtherMake = (made: unknown, today: unknown): boolean =>
  made !== undefined && canonicalJson(made) !== canonicalJson(today);

/** L2: nothing is lost, left over or made twice, whoever died when: Ready means that the world is as declared. */
export const L2: Invariant = (trace) => {
  const { end } = trace;
  const atRest = (end?.worlds ?? []).flatMap((world): readonly Broken[] => {
    const file = end?.statuses.get(world.cluster);
    if (!end || file?.status.phase !== 'Ready' || !world.record) return [];
    return unlike(world).map((why) => ({
      invariant: 'L2',
      at: end.at,
      why: `${world.cluster} is Ready and ${why}`,
    }));
  });
  const orphans = (end?.worlds ?? []).flatMap(({ cluster, record, machines, owner }): readonly Broken[] =>
    end && record === null && machines.length > 0 && owner === trace.owner
      ? [{ invariant: 'L2', at: end.at, why: `${cluster} has no record any more and ${machines.length} machines` }]
      : [],
  );
  const twice = changesOf(trace, 'grow-pool').flatMap(({ at, cluster, after }): readonly Broken[] => {
    const ids = (after?.machines ?? []).map(({ id }) => id);
    return new Set(ids).size < ids.length ? [{ invariant: 'L2', at, why: `${cluster}: a machine is made twice` }] : [];
  });
  return [...atRest, ...orphans, ...twice];
};

function unlike(world: World): readonly string[] {
  const { managers, workers } = world.record?.spec.spec ?? { managers: { count: 0 }, workers: [] };
  const declared = new Map([['managers', managers.count], ...workers.map((p) => [p.name, p.count] as const)] as const);
  const members = world.swarms.flatMap((swarm) => swarm.members.filter((m) => !m.outside));
  const counts = [...new Set([...declared.keys(), ...world.machines.map((m) => m.pool)])].flatMap((pool) => {
    const there = world.machines.filter((m) => m.pool === pool).length;
    return there === (declared.get(pool) ?? 0) ? [] : [`${pool} has ${there} of ${declared.get(pool) ?? 0} machines`];
  });
  const lost = members.filter((m) => !world.machines.some(({ membership }) => membership?.node === m.id));
  const peers = world.swarms.flatMap((swarm) => swarm.peers).length;
  return [
    ...counts,
    ...(world.swarms.length === 1 ? [] : [`there are ${world.swarms.length} swarms`]),
    ...lost.map(({ hostname }) => `member ${hostname} has no machine`),
    ...(peers === managers.count ? [] : [`raft has ${peers} of ${managers.count} members`]),
  ];
}

/** L3: a changed spec overtakes the one in progress at the next pass; meanwhile nothing that takes away is begun. */
export const L3: Invariant = (trace) =>
  looksOf(trace).flatMap(({ at, cluster, declared, observed, plan }): readonly Broken[] => {
    const record = observed.record.ok ? observed.record.value : null;
    if (!record || record.deletion || declared.kind !== 'document' || declared.behind) return [];
    if (declared.desired.specHash === record.specHash) return [];
    const takes = plan.batch.filter(isDestructive);
    const isHeld = plan.holds.some(({ reason }) => reason === 'SpecInvalid' || reason === 'NewerWriter');
    const accepts = plan.batch.some((s) => s.kind === 'write-record' && s.next.specHash === declared.desired.specHash);
    const say = (why: string): Broken => ({ invariant: 'L3', at, why: `${cluster}: ${why}` });
    return [
      ...(takes.length > 0 && !isHeld
        ? [say(`${takes[0]?.kind} goes on by the old spec while a new one is there`)]
        : []),
      ...(accepts || isHeld || !observed.infrastructure.ok
        ? []
        : [say('a changed spec is not accepted at the next pass')]),
    ];
  });
