import { describe, expect, it } from 'vitest';
import { walkTree } from '../../src/controller/loop/walk-tree.ts';
import { createFileTree } from '../../src/simulation/doors/file-tree.ts';

const namesOf = async (tree: ReturnType<typeof createFileTree>) => {
  const walk = await walkTree(tree.door, '/specs');
  return walk.kind === 'vanished' ? 'vanished' : [walk.files.map(({ path }) => path), [...walk.troubles.keys()]];
};

describe('a file system in memory', () => {
  it('is walked like a real one: links, hidden names, what is gone or denied', async () => {
    const tree = createFileTree();
    expect(await namesOf(tree)).toBe('vanished');
    tree.put('/checkouts/1/a.yaml', 'a');
    tree.put('/checkouts/1/sub/b.yml', 'b');
    tree.put('/checkouts/1/.git/HEAD', '0');
    tree.link('/specs', '/checkouts/1');
    expect(await namesOf(tree)).toEqual([['a.yaml', 'sub/b.yml'], []]);
    tree.put('/checkouts/2/c.yaml', 'c');
    tree.link('/specs', '/checkouts/2');
    expect(await namesOf(tree)).toEqual([['c.yaml'], []]);
    tree.denied.add('/checkouts/2/c.yaml');
    expect(await namesOf(tree)).toEqual([[], ['c.yaml']]);
    tree.drop('/specs');
    expect(await namesOf(tree)).toBe('vanished');
  });

  it('changes the stamp of what was written, and rejects with a code', async () => {
    const { disk, door } = createFileTree();
    await disk.mkdir('/status');
    await disk.write('/status/a.json', '1');
    const before = (await door.stat('/status/a.json')).stamp;
    await disk.write('/status/a.json', '1');
    expect((await door.stat('/status/a.json')).stamp).not.toBe(before);
    await expect(disk.readText('/status/b.json')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(disk.write('/nowhere/b.json', '')).rejects.toMatchObject({ code: 'ENOENT' });
    await disk.rename('/status/a.json', '/status/b.json');
    expect(await disk.readdir('/status')).toEqual(['b.json']);
    await disk.remove('/status/b.json');
    expect(await disk.readdir('/status')).toEqual([]);
  });
});
