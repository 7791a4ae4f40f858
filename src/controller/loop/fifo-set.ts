/** First in, first out, each value at most once; any may leave from the middle. All calls take the same time, however many are in. */
export interface FifoSet<T> {
  readonly size: number;
  has(value: T): boolean;
  add(value: T): void;
  delete(value: T): void;
  /** Takes the oldest out; undefined when there is none. */
  shift(): T | undefined;
}

export function createFifoSet<T>(): FifoSet<T> {
  const values = new Set<T>();
  // One iterator that goes on: a new one would step over the place of every value that has left since V8 last packed the set.
  let oldest = values.values();
  return {
    get size() {
      return values.size;
    },
    has: (value) => values.has(value),
    add: (value) => void values.add(value),
    delete: (value) => void values.delete(value),
    shift() {
      let next = oldest.next();
      if (next.done) {
        // An iterator that met the end stays at its end.
        oldest = values.values();
        next = oldest.next();
      }
      if (next.done) return undefined;
      values.delete(next.value);
      return next.value;
    },
  };
}
