import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKey } from '../../../src/cli/backup/key.ts';
import { type About, openSealed, writeSealed } from '../../../src/cli/backup/sealed.ts';

const SECRET = 'planted-secret-of-the-swarm';
const about = {
  cluster: 'demo',
  swarmId: 'swarm1',
  machine: 'demo-managers-0001',
  address: '10.88.0.1',
  engineVersion: '28.5.2',
  madeAt: '2026-11-21T14:02:11.000Z',
} as About;

let dir = '';
let path = '';
const key = randomBytes(32);
const content = Buffer.concat([Buffer.from(SECRET.repeat(50)), randomBytes(300_000)]);
const write = (state: Readable = Readable.from([content.subarray(0, 1_000), content.subarray(1_000)])) =>
  writeSealed(path, key, about, state);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'skep-seal-'));
  path = join(dir, 'a.skepbackup');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('a backup file', () => {
  it('gives back what was put in, as often as it is asked for', async () => {
    await write();
    const sealed = await openSealed(path, key);
    expect(sealed.about).toEqual(about);
    for (let i = 0; i < 2; i++) expect((await buffer(sealed.state())).equals(content)).toBe(true);
  });

  it('may be read by its owner only, shows nothing of what is in it, and is never the same twice', async () => {
    await write();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const first = await readFile(path);
    for (const word of [SECRET, 'demo', 'swarm1']) expect(first.includes(word)).toBe(false);
    await rm(path);
    await write();
    expect((await readFile(path)).subarray(9, 200).equals(first.subarray(9, 200))).toBe(false);
  });

  it.each([
    ['magic', 0, 'no backup'],
    ['version', 8, 'no backup'],
    ['nonce', 12, 'another key'],
    ['length', 21, 'another key'],
    ['content', 5_000, 'another key'],
    ['tag', -1, 'another key'],
  ] as const)('is refused when one bit of its %s was changed', async (_, at, words) => {
    await write();
    const bytes = await readFile(path);
    const i = at < 0 ? bytes.length + at : at;
    bytes[i] = (bytes[i] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(openSealed(path, key)).rejects.toThrow(words);
  });

  it.each([1, 16, 100, 5_000])('is refused when its last %i bytes are missing', async (missing) => {
    await write();
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - missing));
    await expect(openSealed(path, key)).rejects.toThrow(/another key|no backup/);
  });

  it('is refused with another key, and when it is empty', async () => {
    await write();
    await expect(openSealed(path, randomBytes(32))).rejects.toThrow('another key');
    await writeFile(path, '');
    await expect(openSealed(path, key)).rejects.toThrow('no backup');
  });

  it('gives nothing whole when it is changed after it was opened', async () => {
    await write();
    const sealed = await openSealed(path, key);
    const bytes = await readFile(path);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(buffer(sealed.state())).rejects.toThrow();
  });

  it('never replaces one that is there, and nothing stays of one that failed', async () => {
    await writeFile(path, 'mine');
    await expect(write()).rejects.toThrow('EEXIST');
    expect(await readFile(path, 'utf8')).toBe('mine');
    await rm(path);
    const broken = Readable.from(
      (async function* () {
        yield content;
        throw new Error('the engine went away');
      })(),
    );
    await expect(write(broken)).rejects.toThrow('went away');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

describe('a key file', () => {
  it.each([
    ['32 bytes', key],
    ['hex', `${key.toString('hex')}\n`],
    ['base64', `${key.toString('base64')}\n`],
  ])('holds %s', async (_, text) => {
    await writeFile(path, text);
    expect((await readKey(path)).equals(key)).toBe(true);
  });

  it.each(['', 'secret', key.toString('hex').slice(2), randomBytes(33)])('of anything else is none', async (text) => {
    await writeFile(path, text);
    await expect(readKey(path)).rejects.toThrow('no key');
    await expect(readKey(path)).rejects.not.toThrow('secret\n');
  });
});
