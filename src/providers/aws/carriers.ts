import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CarriersView, Stranger } from '../../model/observed.ts';
import type { ClusterRef } from '../provider.ts';
import { type Group, resumedIn } from './autoscaling/groups.ts';
import { lastFailure } from './cloudformation/failure.ts';
import { answerTo, releaseOf, type StackAnswer } from './cloudformation/stack-status.ts';
import type { Stack } from './cloudformation/stacks.ts';
import { changeName, differencesFrom, type StackWish } from './cloudformation/wish.ts';
import { baseStack, poolOf, TAG } from './names.ts';
import { type WishOptions, wishBase, wishPools } from './stack-wishes.ts';
import type { Sweep } from './sweeps.ts';

/** One stack of a cluster: what it is to be, what it is, and what is to be done about it. */
export interface Carrier {
  readonly name: string;
  /** Null: nobody declares it any more. */
  readonly wish: StackWish | null;
  /** Null: there is none yet, or only the plan of one. */
  readonly stack: Stack | null;
  readonly group: Group | null;
  readonly answer: StackAnswer;
  /** For people. Empty: it is as declared. */
  readonly differences: readonly string[];
}

/** All stacks of a cluster; those of pools are wished once its base stack tells what they need. */
export function carriersOf(ref: ClusterRef, sweep: Sweep, options: WishOptions): readonly Carrier[] {
  const { cluster } = ref;
  const at = (wish: StackWish): Carrier => carrierOf(wish, ownStack(sweep, wish.name, ref, options), sweep, ref);
  const base = at(wishBase(ref, options));
  const isThere = base.answer === 'change' && base.stack !== null;
  const pools = isThere ? wishPools(ref, base.stack.outputs, options).map(at) : [];
  const known = new Set([base, ...pools].map(({ name }) => name));
  const others = [...sweep.stacks.values()].filter(
    ({ name }) => poolOf(cluster, name) !== null && !known.has(name) && ownStack(sweep, name, ref, options) !== null,
  );
  const surplus = others.map((stack): Carrier => {
    const group = sweep.groups.get(stack.name) ?? null;
    const isEmpty = isThere && (group?.instances.length ?? 0) === 0;
    const differences = isEmpty ? [`${stack.name}: its pool is not declared, and it is empty`] : [];
    return { name: stack.name, wish: null, stack, group, answer: answerTo(stack.status), differences };
  });
  return [base, ...pools, ...surplus];
}

function carrierOf(wish: StackWish, found: Stack | null, sweep: Sweep, { spec }: ClusterRef): Carrier {
  const { name } = wish;
  const answer = found ? answerTo(found.status) : 'make';
  const stack = answer === 'make' ? null : found;
  const group = sweep.groups.get(name) ?? null;
  const about = (text: string) => `${name}: ${text}`;
  const differences =
    stack === null
      ? [about('it is not there yet')]
      : answer === 'remake'
        ? [about(`it could not be made (${stack.status})`)]
        : [
            ...differencesFrom(stack, wish),
            ...(stack.isProtected === spec.spec.aws?.terminationProtection
              ? []
              : [about(`termination protection is ${stack.isProtected ? 'on' : 'off'}`)]),
            ...(group ? groupDifferences(group) : []),
          ];
  return { name, wish, stack, group, answer, differences };
}

function groupDifferences(group: Group): readonly string[] {
  const resumed = resumedIn(group);
  const short = group.desired < group.instances.length;
  return [
    ...(resumed.length > 0 ? [`${group.name}: ${resumed.join(', ')} not suspended`] : []),
    ...(short ? [`${group.name}: its desired capacity is ${group.desired}, ${group.instances.length} are there`] : []),
  ];
}

function ownStack(sweep: Sweep, name: string, { cluster }: ClusterRef, { owner }: WishOptions): Stack | null {
  const stack = sweep.stacks.get(name);
  return stack?.tags[TAG.owner] === owner && stack.tags[TAG.cluster] === cluster ? stack : null;
}

/** Stacks that bear our names and are not ours. One that is only planned is nobody's yet. */
export function strangersOf(ref: ClusterRef, sweep: Sweep, options: WishOptions): readonly Stranger[] {
  const named = [...sweep.stacks.values()].filter(
    ({ name }) => name === baseStack(ref.cluster) || poolOf(ref.cluster, name) !== null,
  );
  return named
    .filter(({ name, status }) => answerTo(status) !== 'make' && ownStack(sweep, name, ref, options) === null)
    .map(({ name, tags }) => ({
      what: `stack ${name}`,
      why: tags[TAG.owner] ? `it belongs to owner ${tags[TAG.owner]}` : `it has no tag ${TAG.owner}`,
    }));
}

/** The same change that failed is tried again after this long; another one at once. Our choice. */
const AGAIN_MS = 600_000;

/** Rejects with what the SDK throws: of a stack whose last change failed, CloudFormation is asked why. */
export async function viewCarriers(
  carriers: readonly Carrier[],
  client: CloudFormationClient,
  now: number,
  signal: AbortSignal,
): Promise<CarriersView> {
  const there = carriers.filter(({ stack }) => stack !== null);
  const busy = carriers.filter(({ answer }) => answer === 'wait');
  const lost = carriers.find(({ answer }) => answer === 'person');
  const differences = carriers.flatMap((carrier) => carrier.differences);
  const isReady = differences.length === 0 && busy.length === 0 && !lost;
  let stuck = lost?.stack ? stuckOf(`it is ${lost.stack.status}`, releaseOf(lost.stack.status, lost.name), lost) : null;
  for (const carrier of carriers) {
    const { stack, wish, answer } = carrier;
    const hasFailed = answer === 'remake' || stack?.status === 'UPDATE_ROLLBACK_COMPLETE';
    if (stuck || !stack || !wish || !hasFailed || carrier.differences.length === 0) continue;
    const failure = await lastFailure(client, stack.id, signal);
    const isSame = failure?.token?.startsWith(changeName(wish, answer === 'remake' ? null : stack)) ?? false;
    if (failure === null || !isSame || now - failure.at > AGAIN_MS) continue;
    stuck = stuckOf(failure.cause, 'correct the document; the same is tried again after ten minutes', carrier);
  }
  return {
    state: there.length === 0 ? 'absent' : isReady ? 'ready' : 'partial',
    differences,
    forwardTo: null,
    leftovers: there.length,
    images: {},
    ...(busy.length > 0 && { underWay: busy.map(({ name, stack }) => `${name} is ${stack?.status}`).join(', ') }),
    ...(stuck && { stuck }),
  };
}

const stuckOf = (why: string, release: string, { name }: Carrier) => ({ why: `${name}: ${why}`, release });
