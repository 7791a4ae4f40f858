import type { Member } from '../../model/observed.ts';
import type { Step } from '../../model/step.ts';
import { memberOn, removedBy, sightOf, sightOfLook } from '../sight.ts';
import { type Broken, type Change, changesOf, type Invariant, isBeingDeleted, looksOf } from '../trace.ts';

/** Steps that take something away; what they need to have seen. */
const NEEDS_SWARM: ReadonlySet<Step['kind']> = new Set(['demote', 'remove-member', 'set-node']);
/** Faults of the look at the machines after which there is nothing to go by. */
const FAILED: readonly string[] = ['unreachable', 'throttle'].map((how) => `${how} infrastructure.observe`);

/** S6: a destructive step is planned from an observation that failed, is partial, or does not answer this pass. */
export const S6: Invariant = (trace) => [
  ...looksOf(trace).flatMap((look): readonly Broken[] => {
    const { record, infrastructure, swarm } = look.observed;
    // A look that met one of these has failed, whatever the pass makes of it.
    const isUnseen = !infrastructure.ok || look.lies.some((lie) => FAILED.includes(lie));
    const blind = look.plan.batch.filter(
      (step) =>
        (isDestructive(step) && (!record.ok || isUnseen)) ||
        (step.kind === 'grow-pool' && isUnseen) ||
        (NEEDS_SWARM.has(step.kind) && !swarm.ok),
    );
    return blind.map((step) => ({
      invariant: 'S6',
      at: look.at,
      why: `${look.cluster}: ${step.kind} on a look that failed`,
    }));
  }),
  ...changesOf(trace, 'remove-machine').flatMap((change): readonly Broken[] => {
    if (isBeingDeleted(change) || !change.look) return [];
    const seen = sightOfLook(change.look);
    const truth = sightOf(change.before);
    return removedBy(change).flatMap((id): readonly Broken[] => {
      const [was, is] = [seen, truth].map(({ machines }) => machines.find((m) => m.id === id));
      const isLive = is?.engine != null && memberOn(truth, is)?.state === 'ready';
      const why = was === undefined ? 'was not in the look at all' : 'could not be seen into';
      const isUnseen = was === undefined || was.state === 'unknown' || (was.state === 'running' && was.engine === null);
      return isLive && isUnseen
        ? [{ invariant: 'S6', at: change.at, why: `${change.cluster}: ${id} is removed and ${why}` }]
        : [];
    });
  }),
  ...changesOf(trace, 'set-node', 'promote', 'demote').flatMap(late),
];

/** A change of a member that others changed since it was looked at: "out of sequence" means plan again. */
function late({ at, cluster, before, after, look }: Change): readonly Broken[] {
  const seen = new Map<string, Member>((look ? (sightOfLook(look).swarm?.members ?? []) : []).map((m) => [m.id, m]));
  const now = new Map(after?.swarms.flatMap((swarm) => swarm.members.map((m) => [m.id, m])));
  const was = before?.swarms.flatMap((swarm) => swarm.members) ?? [];
  return was
    .filter((m) => now.get(m.id)?.version !== m.version && (seen.get(m.id)?.version ?? m.version) !== m.version)
    .map((m) => ({ invariant: 'S6', at, why: `${cluster}: ${m.hostname} is changed by a look that is out of date` }));
}

export const isDestructive = (step: Step): boolean =>
  ['remove-machine', 'demote', 'remove-member', 'leave', 'destroy-carriers', 'forget-record'].includes(step.kind) ||
  (step.kind === 'set-node' && step.availability === 'drain');
