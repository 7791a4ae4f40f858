import type { Random } from '../../base/random.ts';
import type { VirtualClock } from '../../base/virtual-clock.ts';
import type { LeaseStore } from '../../providers/provider.ts';
import type { SharedLease } from '../doors/lease.ts';
import type { SimulatedProcess } from '../process.ts';
import type { ReplicaFault, ReplicaStory } from './story.ts';

/** The way from one replica to the store. */
export interface Road {
  set(fault: Extract<ReplicaFault, { kind: 'cut' | 'slow' | 'lose' }>): void;
  clear(): void;
  /** The lease as one process on this replica uses it. */
  leaseOf(process: SimulatedProcess): LeaseStore & { isInPlace(): boolean };
}

export function createRoad(
  kind: ReplicaStory['store'],
  shared: SharedLease,
  clock: VirtualClock,
  random: Random,
): Road {
  let cut: { readonly how: 'refused' | 'silent'; readonly until: number } | null = null;
  let slow: { readonly upToMs: number; readonly until: number } | null = null;
  let lost = 0;
  const patient = new AbortController().signal;

  async function way(): Promise<void> {
    if (slow && clock.monotonic() < slow.until) await clock.sleep(slow.upToMs * random.next());
  }
  async function travel<T>(call: () => Promise<T>): Promise<T> {
    if (cut && clock.monotonic() < cut.until) {
      if (cut.how === 'silent') return new Promise(() => {});
      throw new Error('the store is out of reach');
    }
    await way();
    const answer = await call();
    await way();
    if (lost > 0) {
      lost -= 1;
      throw new Error('the answer was lost');
    }
    return answer;
  }

  return {
    set(fault) {
      if (fault.kind === 'cut') cut = { how: fault.how, until: clock.monotonic() + fault.ms };
      else if (fault.kind === 'slow') slow = { upToMs: fault.upToMs, until: clock.monotonic() + fault.ms };
      else lost = fault.calls;
    },
    clear() {
      cut = null;
      slow = null;
      lost = 0;
    },
    leaseOf(process) {
      const store = shared.open();
      return {
        isInPlace: () => kind === 'table' || store.isInPlace(),
        read: () => process.through('lease.read', () => travel(() => store.read(patient))),
        swap: (seen, next) => process.through('lease.swap', () => travel(() => store.swap(seen, next, patient))),
      };
    },
  };
}
