import type { Clock } from '../base/clock.ts';

/** One side of one call through a door: where a process may die. */
export type Side = 'before' | 'after';

/**
 * A process as the outside sees it: it runs, stands still, or is dead. All that it asks of the outside goes through
 * `through`, so its life ends or pauses between two instructions and nothing of it goes on: a dead one never hears an
 * answer, a paused one hears all of them when it goes on. What it had asked for happens all the same.
 */
export interface SimulatedProcess {
  readonly id: string;
  /** Aborted when it dies: for what calls it back. */
  readonly life: AbortSignal;
  readonly clock: Clock;
  state(): 'running' | 'paused' | 'dead';
  through<T>(door: string, act: () => Promise<T>): Promise<T>;
  /** Calls `act` when it runs: at once, or when it goes on. */
  callBack(act: () => void): void;
  /** True: it dies right here. Asked where one request does several things. */
  diesAt(door: string, side: Side): boolean;
  pause(): void;
  resume(): void;
  kill(): void;
  /** It dies at the `calls`-th call from now, on that side of it; `on`: counts calls of that door only. */
  doom(calls: number, side: Side, on?: string): void;
}

export function createProcess(id: string, clock: Clock, onDeath: (door: string, side: Side) => void): SimulatedProcess {
  const life = new AbortController();
  let isPaused = false;
  let doomed: { left: number; readonly side: Side; readonly on: string | undefined } | null = null;
  let waiting: (() => void)[] = [];

  const isDead = (): boolean => life.signal.aborted;
  const goesOn = (): Promise<void> => new Promise((go) => waiting.push(go));

  function diesAt(door: string, side: Side): boolean {
    if (isDead() || doomed?.side !== side || (doomed.on ?? door) !== door) return isDead();
    doomed.left -= 1;
    if (doomed.left > 0) return false;
    life.abort();
    onDeath(door, side);
    return true;
  }
  async function through<T>(door: string, act: () => Promise<T>): Promise<T> {
    if (isPaused) await goesOn();
    if (diesAt(door, 'before')) return never();
    try {
      return await act();
    } finally {
      // A dead process hears no answer, neither a good nor a bad one.
      if (diesAt(door, 'after')) await never();
      if (isPaused) await goesOn();
      if (isDead()) await never();
    }
  }

  return {
    id,
    life: life.signal,
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => through('clock.sleep', () => clock.sleep(ms, signal)),
    },
    state: () => (isDead() ? 'dead' : isPaused ? 'paused' : 'running'),
    through,
    callBack(act) {
      if (isDead()) return;
      if (isPaused) waiting.push(() => !isDead() && act());
      else act();
    },
    diesAt,
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      const all = waiting;
      waiting = [];
      for (const go of all) go();
    },
    kill: () => life.abort(),
    doom(calls, side, on) {
      doomed = { left: calls, side, on };
    },
  };
}

const never = <T>(): Promise<T> => new Promise(() => {});
