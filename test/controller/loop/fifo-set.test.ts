import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFifoSet } from '../../../src/controller/loop/fifo-set.ts';

const value = fc.integer({ min: 0, max: 9 });
const move = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), value }),
  fc.record({ kind: fc.constant('delete' as const), value }),
  fc.record({ kind: fc.constant('shift' as const) }),
);

describe('the set that is a queue', () => {
  it('gives each value once, in order of its coming, without those that left', () => {
    fc.assert(
      fc.property(fc.array(move), (moves) => {
        const set = createFifoSet<number>();
        let kept: number[] = [];
        for (const one of moves) {
          if (one.kind === 'shift') expect(set.shift()).toBe(kept.shift());
          else if (one.kind === 'add') {
            if (!kept.includes(one.value)) kept.push(one.value);
            set.add(one.value);
          } else {
            kept = kept.filter((known) => known !== one.value);
            set.delete(one.value);
          }
          expect(set.size).toBe(kept.length);
          for (let known = 0; known < 10; known++) expect(set.has(known)).toBe(kept.includes(known));
        }
      }),
    );
  });
});
