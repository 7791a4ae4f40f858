import { expect } from 'vitest';
import type { Result } from '../../src/base/result.ts';
import { MANAGERS, type MachineId } from '../../src/model/ids.ts';
import type { Machine } from '../../src/model/observed.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { MachineWish } from '../../src/model/step.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';

/** One implementation under the suites, with a world of its own. Real engines and simulated worlds alike. */
export interface Subject {
  readonly provider: Provider;
  /** A cluster that this provider can carry. Its name is unique to this subject, at most 20 characters long. */
  ref(name: string): ClusterRef;
  /** Calls `check` until it does not reject, letting time pass in between; rejects as it did after `limitMs`. */
  eventually<T>(check: () => Promise<T>, limitMs: number): Promise<T>;
  /** Another instance over the same world, of the same owner or of another one. */
  newProvider(owner: 'same' | 'other'): Provider;
  /** The machine's power goes, behind the provider's back. */
  killMachine(ref: ClusterRef, machine: MachineId): Promise<void>;
  /** Somebody deploys a service that starts its tasks first when it is updated, through this manager. */
  deployService(ref: ClusterRef, via: MachineId, wish: { name: string; replicas: number }): Promise<void>;
  removeService(ref: ClusterRef, via: MachineId, name: string): Promise<void>;
  /** All that a service's document says, as the swarm itself keeps it. */
  specOf(ref: ClusterRef, via: MachineId, name: string): Promise<unknown>;
  /** Leaves nothing behind, whatever state the tests ended in. */
  cleanup(): Promise<void>;
}

export type MakeSubject = () => Subject | Promise<Subject>;

/** `eventually` for a way of letting time pass: a fake clock's step, or a real sleep. */
export function eventuallyBy(pass: (ms: number) => Promise<void>, everyMs: number): Subject['eventually'] {
  return async (check, limitMs) => {
    const begun = performance.now();
    for (let passed = 0; ; passed = Math.max(passed + everyMs, performance.now() - begun)) {
      try {
        return await check();
      } catch (error) {
        if (passed >= limitMs) throw error;
      }
      await pass(everyMs);
    }
  };
}

/** Never aborted. */
export const signal = new AbortController().signal;

/** Longest that a test may take where machines are real: several starts and one election, each below a minute. */
export const TEST_LIMIT_MS = 240_000;
/** A machine until its engine answers: measured 1–2 s, forty at once 25 s. */
export const BOOT_LIMIT_MS = 60_000;
/** A change of a swarm that it makes by itself: measured below 15 s, a manager that comes back 45 s. */
export const SWARM_LIMIT_MS = 60_000;

export function must<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`answered ${JSON.stringify(result.problem)}`);
  return result.value;
}

/** The kind of problem that was answered, `ok` when there was none. */
export function kindOf(result: Result<unknown, Problem>): Problem['kind'] | 'ok' {
  return result.ok ? 'ok' : result.problem.kind;
}

export function wish(ref: ClusterRef, suffix: string, over: Partial<MachineWish> = {}): MachineWish {
  return {
    id: `${ref.cluster}-${MANAGERS}-${suffix}` as MachineId,
    pool: MANAGERS,
    zone: 'a',
    hash: 'v1:one',
    ...over,
  };
}

export async function grow(provider: Provider, ref: ClusterRef, machines: readonly MachineWish[]) {
  return provider.infrastructure.resize(ref, { pool: MANAGERS, count: machines.length, machines }, signal);
}

export async function machinesOf(provider: Provider, ref: ClusterRef): Promise<readonly Machine[]> {
  return must(await provider.infrastructure.observe(ref, signal)).machines;
}

/** All these machines, once they run and their engines answer; in the order asked for. */
export function whenUp({ provider, eventually }: Subject, ref: ClusterRef, ids: readonly MachineId[]) {
  return eventually(async () => {
    const machines = await machinesOf(provider, ref);
    return ids.map((id) => {
      const machine = machines.find((other) => other.id === id);
      expect(machine).toMatchObject({ state: 'running', engine: expect.anything() });
      return machine as Machine;
    });
  }, BOOT_LIMIT_MS);
}

/** Removes all machines and carriers of a cluster; the record is left. */
export async function tearDown({ provider, eventually }: Subject, ref: ClusterRef): Promise<void> {
  for (const { id } of await machinesOf(provider, ref)) {
    must(await provider.infrastructure.removeMachine(ref, id, signal));
  }
  await eventually(async () => {
    must(await provider.infrastructure.destroy(ref, signal));
    const { carriers } = must(await provider.infrastructure.observe(ref, signal));
    expect(carriers).toMatchObject({ state: 'absent', leftovers: 0 });
  }, BOOT_LIMIT_MS);
}
