/** A moment (ms, on any one clock) at which something is to be done about a key. */
interface Alarm<K> {
  readonly at: number;
  readonly key: K;
}

/** Alarms, the earliest first: a binary heap, so that one alarm among 10,000 costs some fourteen steps and not 10,000. */
export interface AlarmHeap<K> {
  readonly size: number;
  push(alarm: Alarm<K>): void;
  first(): Alarm<K> | undefined;
  shift(): Alarm<K> | undefined;
}

export function createAlarmHeap<K>(): AlarmHeap<K> {
  const heap: Alarm<K>[] = [];
  const at = (i: number): number => heap[i]?.at ?? Number.POSITIVE_INFINITY;

  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a && b) [heap[i], heap[j]] = [b, a];
  }

  return {
    get size() {
      return heap.length;
    },
    first: () => heap[0],
    push(alarm) {
      let i = heap.push(alarm) - 1;
      for (let up = (i - 1) >> 1; i > 0 && at(i) < at(up); up = (i - 1) >> 1) {
        swap(i, up);
        i = up;
      }
    },
    shift() {
      const last = heap.pop();
      const first = heap[0];
      if (last === undefined || first === undefined) return last;
      heap[0] = last;
      for (let i = 0; ; ) {
        const down = at(2 * i + 1) <= at(2 * i + 2) ? 2 * i + 1 : 2 * i + 2;
        if (at(i) <= at(down)) return first;
        swap(i, down);
        i = down;
      }
    },
  };
}
