import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { Clock } from '../../base/clock.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';
import type { Machine } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import type { ClusterRef, Infrastructure, Swarm } from '../provider.ts';
import { createLaunches } from './autoscaling/launches.ts';
import { resizeGroup, suspendProcesses, terminateInstance } from './autoscaling/resize.ts';
import { type Carrier, carriersOf, strangersOf, viewCarriers } from './carriers.ts';
import { changeStack } from './cloudformation/change.ts';
import { protectStack, removeStack } from './cloudformation/remove.ts';
import { differencesFrom } from './cloudformation/wish.ts';
import { viewMachine } from './machines.ts';
import { ACCOUNT_STACK, isPoolStack, poolOf, poolStack } from './names.ts';
import { answer } from './problems.ts';
import type { WishOptions } from './stack-wishes.ts';
import type { Looks } from './swarm/looks.ts';
import { termOf } from './swarm/swarm-options.ts';
import type { Sweep } from './sweeps.ts';

export interface AwsInfrastructureOptions extends WishOptions {
  readonly cloudformation: CloudFormationClient;
  readonly autoscaling: AutoScalingClient;
  /** Where all of this is. Rejects: nobody said. */
  readonly region: () => Promise<string>;
  readonly sweep: (signal: AbortSignal) => Promise<Result<Sweep, Problem>>;
  readonly looks: Looks;
  readonly leave: Swarm['leave'];
  /** Removes what agents and controller told each other. */
  readonly clear: (ref: { readonly cluster: ClusterName; readonly term: number }, signal: AbortSignal) => Answer;
  readonly clock: Clock;
}

type Answer<T = void> = Promise<Result<T, Problem>>;

/** Stacks that carry Auto Scaling groups, and the instances in these. */
export function createAwsInfrastructure(options: AwsInfrastructureOptions): Omit<Infrastructure, 'hints'> {
  const { cloudformation, autoscaling, sweep, looks, leave, clock } = options;
  const launches = createLaunches(autoscaling);

  /** A cluster of another region is not looked for here: it would not be found, and be made a second time. */
  async function seen(ref: ClusterRef, signal: AbortSignal): Answer<Sweep> {
    const here = await answer('AWS', signal, options.region);
    if (!here.ok) return here;
    const wanted = ref.spec.spec.aws?.region;
    if (wanted !== here.value) {
      return refused('spec.aws.region', `skep is set to the region ${here.value} (AWS_REGION), not to ${wanted}`);
    }
    return sweep(signal);
  }

  async function machinesOf(ref: ClusterRef, { groups, stacks }: Sweep, signal: AbortSignal): Answer<Machine[]> {
    const own = carriersOf(ref, { groups, stacks }, options).flatMap(({ stack, group }) =>
      stack && group ? [{ stack, group, pool: poolOf(ref.cluster, stack.name) ?? '' }] : [],
    );
    const ids = own.flatMap(({ group }) => group.instances.map(({ id }) => id as MachineId));
    const reports = await looks.reports(ref, ids, signal);
    if (!reports.ok) return reports;
    const reported = new Map(ids.map((id, i) => [id as string, reports.value[i] ?? null]));
    return answer('the groups', signal, async () => {
      const machines: Machine[] = [];
      for (const { stack, group, pool } of own) {
        const createdAt = await launches.of(group, clock.now(), signal);
        for (const instance of group.instances) {
          const report = reported.get(instance.id) ?? null;
          const told = { pool, createdAt: createdAt(instance.id), now: clock.now(), isRead: ref.term === undefined };
          machines.push(viewMachine(instance, stack, report, told));
        }
      }
      return machines.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  /** The one thing to do now about one stack. Nothing while CloudFormation works on it, or a person has to. */
  async function mend(
    { name, wish, stack, group, answer: what }: Carrier,
    ref: ClusterRef,
    role: string,
    signal: AbortSignal,
  ): Answer {
    const term = termOf(ref);
    if (what === 'wait' || what === 'person') return ok(undefined);
    if (wish === null) return stack ? removeStack(cloudformation, stack, term, signal) : ok(undefined);
    if (what === 'remake' && stack) return removeStack(cloudformation, stack, term, signal);
    if (stack === null || differencesFrom(stack, wish).length > 0) {
      return changeStack(wish, stack, { client: cloudformation, clock, role, term }, signal);
    }
    const isWanted = ref.spec.spec.aws?.terminationProtection ?? true;
    if (stack.isProtected !== isWanted) {
      const done = await protectStack(cloudformation, stack, isWanted, signal);
      if (!done.ok) return done;
    }
    if (!group || !isPoolStack(name)) return ok(undefined);
    if (group.desired < group.instances.length) return resizeGroup(autoscaling, group, group.instances.length, signal);
    return suspendProcesses(autoscaling, group, signal);
  }

  return {
    async observe(ref, signal) {
      const look = await seen(ref, signal);
      if (!look.ok) return look;
      const machines = await machinesOf(ref, look.value, signal);
      if (!machines.ok) return machines;
      const carriers = await answer('the stacks', signal, () =>
        viewCarriers(carriersOf(ref, look.value, options), cloudformation, clock.now(), signal),
      );
      if (!carriers.ok) return carriers;
      const strangers = strangersOf(ref, look.value, options);
      return ok({ machines: machines.value, carriers: carriers.value, strangers });
    },

    async ensure(ref, _wish, signal) {
      const look = await seen(ref, signal);
      if (!look.ok) return look;
      const role = look.value.stacks.get(ACCOUNT_STACK)?.outputs.StackRole;
      if (!role)
        return refused(
          null,
          `there is no stack ${ACCOUNT_STACK} in this account and region: docs/aws.md says how it is made`,
        );
      const [stranger] = strangersOf(ref, look.value, options);
      if (stranger) return refused('metadata.name', `${stranger.what}: ${stranger.why}`);
      const due = carriersOf(ref, look.value, options).filter(({ differences }) => differences.length > 0);
      const done = await Promise.all(due.map((carrier) => mend(carrier, ref, role, signal)));
      return done.find((each) => !each.ok) ?? ok(undefined);
    },

    async resize(ref, { pool, count }, signal) {
      const look = await seen(ref, signal);
      if (!look.ok) return look;
      const name = poolStack(ref.cluster, pool);
      const own = carriersOf(ref, look.value, options).find((carrier) => carrier.name === name);
      return own?.group
        ? resizeGroup(autoscaling, own.group, count, signal)
        : fail({ kind: 'gone', what: `the group ${name}` });
    },

    /** It leaves its swarm first, so that nothing is awaited any more: then its agent lets the group's hook go. */
    async removeMachine(ref, machine, signal) {
      const look = await seen(ref, signal);
      if (!look.ok) return look;
      const groups = carriersOf(ref, look.value, options).flatMap(({ group }) => group ?? []);
      const group = groups.find(({ instances }) => instances.some(({ id }) => id === machine));
      const reports = await looks.reports({ cluster: ref.cluster }, [machine], signal);
      if (!reports.ok) return reports;
      const isMember = (reports.value[0]?.report.engine?.swarm ?? 'inactive') !== 'inactive';
      // One that does not answer goes when the hook's time is over.
      if (group && isMember) await leave(ref, machine, signal);
      return terminateInstance(autoscaling, group, machine, signal);
    },

    async destroy(ref, signal) {
      const look = await seen(ref, signal);
      if (!look.ok) return look;
      const term = termOf(ref);
      const stacks = carriersOf(ref, look.value, options).flatMap((carrier) => (carrier.stack ? [carrier] : []));
      const cleared = await options.clear({ cluster: ref.cluster, term }, signal);
      if (!cleared.ok) return cleared;
      const pools = stacks.filter(({ name }) => isPoolStack(name));
      const due = (pools.length > 0 ? pools : stacks).filter(({ answer: what }) => what !== 'wait');
      const done = await Promise.all(
        due.map(({ stack }) => (stack ? removeStack(cloudformation, stack, term, signal) : ok(undefined))),
      );
      return done.find((each) => !each.ok) ?? ok(undefined);
    },

    startMachine: async (_, machine) => refused(null, `${machine}: instances of a group are replaced, not started`),
    stopMachine: async (_, machine) => refused(null, `${machine}: instances of a group are replaced, not stopped`),
    readSwarmState: async () => refused(null, NO_DISK),
    writeSwarmState: async () => refused(null, NO_DISK),
    loadImage: async () => refused(null, 'images are not copied into EC2 instances'),
  };
}

const NO_DISK = "an instance's disk is not read from outside";

const refused = (field: string | null, detail: string): Result<never, Problem> =>
  fail({ kind: 'refused', field, detail });
