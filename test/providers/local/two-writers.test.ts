import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const ROOMS = ['src/providers/local', 'src/providers/swarm'];
/** What makes a request of another kind than a look. */
const WRITES = /'(POST|PUT|DELETE)',/;

describe('the page of what cannot be compared', () => {
  it('names each file that sends Docker something that changes something, and no other', () => {
    const files = ROOMS.flatMap((room) =>
      readdirSync(new URL(room, root))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${room}/${name}`),
    );
    const linked = new Set(
      [...textOf('docs/two-writers.md').matchAll(/\]\(\.\.\/(src\/[^)]+)\)/g)].map(([, to]) => to),
    );
    expect([...linked].sort()).toEqual(files.filter((file) => WRITES.test(textOf(file))));
  });
});
