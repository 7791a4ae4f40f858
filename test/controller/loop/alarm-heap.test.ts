import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAlarmHeap } from '../../../src/controller/loop/alarm-heap.ts';

describe('the heap of alarms', () => {
  it('gives the earliest first, whatever came in between', () => {
    const moves = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { freq: 3 }));
    fc.assert(
      fc.property(moves, (times) => {
        const heap = createAlarmHeap<string>();
        const kept: number[] = [];
        for (const at of times) {
          if (at === null) {
            const earliest = kept.sort((a, b) => a - b).shift();
            expect(heap.first()?.at).toBe(earliest);
            expect(heap.shift()?.at).toBe(earliest);
          } else {
            kept.push(at);
            heap.push({ at, key: `at ${at}` });
          }
          expect(heap.size).toBe(kept.length);
        }
      }),
    );
  });
});
