import { runStory } from './run-schedule.ts';
import type { Decide } from './simulation.ts';
import type { Happening, Story } from './story.ts';
import type { Broken } from './trace.ts';

/** Lives of one shrinking at most: some hundred ms each. Our choice. */
const MAX_LIVES = 400;

/**
 * The shortest story found that still breaks the same invariant: halves of what happens are left out, then quarters, down
 * to single happenings (delta debugging); then the quiet begins as early as it can.
 */
export async function shrink(story: Story, broken: Broken, plan?: Decide): Promise<Story> {
  let lives = 0;
  async function stillFails(candidate: Story): Promise<boolean> {
    lives += 1;
    if (lives > MAX_LIVES) return false;
    const ran = await runStory(candidate, plan);
    return ran.broken.some(({ invariant }) => invariant === broken.invariant);
  }
  const events = await fewest(story.events, (kept) => stillFails({ ...story, events: kept }));
  const last = events.at(-1)?.at ?? 0;
  for (const quietAt of [last, last + 60_000]) {
    const shorter = { ...story, events, quietAt };
    if (quietAt < story.quietAt && (await stillFails(shorter))) return shorter;
  }
  return { ...story, events };
}

/** Of which none can be left out. */
async function fewest(
  all: readonly Happening[],
  stillFails: (kept: readonly Happening[]) => Promise<boolean>,
): Promise<readonly Happening[]> {
  let kept = all;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0; ) {
    const before = kept.length;
    for (let from = 0; from < kept.length; ) {
      const without = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await stillFails(without)) kept = without;
      else from += size;
    }
    if (size === 1 && kept.length === before) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return kept;
}
