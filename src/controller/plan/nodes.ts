import type { DesiredPool } from '../../model/desired.ts';
import type { InfrastructureView, Machine, Member, SwarmView } from '../../model/observed.ts';

/** A machine and the member that its own engine names, joined as safety.md 1 says; the member may be missing. */
export interface Node {
  readonly machine: Machine;
  readonly member: Member | null;
}

const POOL_LABEL = 'skep.pool';
export const INTENT_LABEL = 'skep.intent';
/** When a drain began, ms since the epoch. */
export const SINCE_LABEL = 'skep.since';
/** Strength of the services on a node before its drain: `<service id>:<running> …`. */
export const STRENGTH_LABEL = 'skep.strength';

/** `drain`: drained because the spec declares it, not by hand. */
export const DECLARED_DRAIN_LABEL = 'skep.availability';

/** All machines with their members, by name. */
export function nodesOf(infrastructure: InfrastructureView, swarm: SwarmView | null): readonly Node[] {
  const members = new Map<string, Member>((swarm?.members ?? []).map((m) => [m.id, m]));
  const claimed = new Set(infrastructure.machines.flatMap((m) => m.engine?.nodeId ?? []));
  return [...infrastructure.machines]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((machine) => {
      const said = machine.engine?.nodeId;
      return { machine, member: said ? (members.get(said) ?? null) : byHint(machine, swarm, claimed) };
    });
}

/** While an engine cannot say which member it is, that is known by host name, if exactly one bears it and no engine claims it. */
function byHint(machine: Machine, swarm: SwarmView | null, claimed: ReadonlySet<string>): Member | null {
  if (machine.engine !== null && !isMute(machine)) return null;
  const named = (swarm?.members ?? []).filter((m) => m.hostname === machine.id && !claimed.has(m.id));
  return named.length === 1 ? (named[0] ?? null) : null;
}

/** Its engine answers and cannot tell: locked, in an error such as an expired certificate, or on its way (back) in. */
export function isMute({ engine }: Machine): boolean {
  return engine !== null && engine.nodeId === null && engine.swarm !== 'inactive' && engine.swarm !== 'active';
}

/** Members that no machine of ours stands behind. A machine that cannot tell stands behind all that bear its name. */
export function membersWithoutMachine(infrastructure: InfrastructureView, swarm: SwarmView): readonly Member[] {
  const owned = new Set(nodesOf(infrastructure, swarm).map((n) => n.member?.id));
  const silent = new Set<string>(
    infrastructure.machines.filter((m) => m.engine === null || isMute(m)).map((m) => m.id),
  );
  return swarm.members.filter((m) => !owned.has(m.id) && !silent.has(m.hostname));
}

/** The intent that skep wrote on a member: `remove` of `remove:7`. */
export function intentOf(member: Member): string | null {
  return member.labels[INTENT_LABEL]?.split(':')[0] ?? null;
}

/** A member that joined and was not admitted (labelled, activated) yet. */
export const isJoining = (member: Member): boolean => member.labels[POOL_LABEL] === undefined;

/** A member that skep made: it carries our label, or is still joining under a name of our making. Others are strangers. */
export function isOurs(member: Member, cluster: string): boolean {
  if (member.labels[POOL_LABEL] !== undefined || intentOf(member) !== null) return true;
  const suffix = member.hostname.startsWith(`${cluster}-`) ? member.hostname.slice(cluster.length + 1) : '';
  const isNamed = /^[a-z0-9-]+-[a-z0-9]{4}$/.test(suffix) || /^i-[0-9a-f]{8,17}$/.test(member.hostname);
  return member.availability === 'pause' && isNamed;
}

/** `skep.hold=<why>`: a person wants this node left alone. */
export const keptByLabel = (member: Member | null): string | null => member?.labels['skep.hold'] ?? null;

export const isAdmitted = ({ member }: Node): boolean => member !== null && !isJoining(member);

/**
 * Labels that an admitted node of this pool carries: ours and the spec's over those that others put there.
 * @param retired keys of ours that are declared no more
 */
export function labelsFor(
  pool: DesiredPool,
  machine: Machine,
  member: Member,
  retired: readonly string[] = [],
): Readonly<Record<string, string>> {
  const isForeign = (key: string): boolean => !key.startsWith('skep.') && !retired.includes(key);
  const foreign = Object.fromEntries(Object.entries(member.labels).filter(([key]) => isForeign(key)));
  return { ...foreign, ...ownLabels(pool, machine, member) };
}

/** Those of them that skep put there, the spec's among them. */
export function ownLabels(pool: DesiredPool, machine: Machine, member: Member): Readonly<Record<string, string>> {
  const hold = member.labels['skep.hold'];
  return {
    ...pool.nodeLabels,
    [POOL_LABEL]: pool.name,
    'skep.zone': machine.zone,
    'skep.lifecycle': pool.machine.spot ? 'spot' : 'on-demand',
    ...(pool.availability === 'drain' ? { [DECLARED_DRAIN_LABEL]: 'drain' } : {}),
    ...(hold === undefined ? {} : { 'skep.hold': hold }),
  };
}
