/** Like `Promise.all(items.map(fn))`, but with at most `limit` running. The first rejection stops new starts. */
export async function mapLimit<T, R>(items: readonly T[], limit: number, fn: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  let failed = false;
  async function run(): Promise<void> {
    for (const [i, item] of queue) {
      if (failed) return;
      try {
        results[i] = await fn(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  return results;
}

/**
 * Runs parts that each go on until their signal aborts. One that rejects stops the others; it is told when all have ended.
 * One that ends by itself stops the others too.
 */
export async function together(
  signal: AbortSignal,
  begin: (inner: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const stop = new AbortController();
  const parts = begin(AbortSignal.any([signal, stop.signal])).map((part) => part.finally(() => stop.abort()));
  await Promise.allSettled(parts);
  await Promise.all(parts);
}
