/**
 * Works on one thing at a time. What comes meanwhile replaces what waits: only the newest counts, and a slow desk (an
 * engine without a leader answers after 20 s) keeps no other waiting.
 */
export interface Desk<T> {
  offer(item: T): void;
  /** Resolves when nothing is being worked on. */
  idle(): Promise<void>;
}

/** @param work rejects only when this program is wrong or stopped, which `onEnd` is told */
export function createDesk<T>(work: (item: T) => Promise<void>, onEnd: (error: unknown) => void): Desk<T> {
  let waiting: { readonly item: T } | null = null;
  let going: Promise<void> | null = null;

  async function run(): Promise<void> {
    try {
      while (waiting) {
        const { item } = waiting;
        waiting = null;
        await work(item);
      }
    } catch (error) {
      onEnd(error);
    } finally {
      going = null;
    }
  }

  return {
    offer(item) {
      waiting = { item };
      going ??= run();
    },
    idle: async () => void (await going),
  };
}
