import { createCipheriv, createDecipheriv, type DecipherGCM, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { MachineId, SwarmId } from '../../model/ids.ts';
import { Refusal } from '../exit.ts';

/**
 * A backup file, AES-256-GCM throughout:
 *
 *     magic    8 bytes   "SKEPBKUP"
 *     version  1 byte    1
 *     nonce   12 bytes   random
 *     sealed             4 bytes, big-endian: length of what follows in JSON; that JSON; a gzipped tar of `swarm`
 *     tag     16 bytes   over all of the above: nothing of it can be changed, cut off or put together anew
 */
const MAGIC = Buffer.from('SKEPBKUP\u0001', 'latin1');
const NONCE = 12;
const TAG = 16;
const HEAD = MAGIC.length + NONCE;
/** What is said about a backup has some hundred bytes. */
const MAX_ABOUT = 65_536;
const CIPHER = 'aes-256-gcm';

const aboutSchema = z.object({
  cluster: z.string(),
  swarmId: z.string().transform((text) => text as SwarmId),
  machine: z.string().transform((text) => text as MachineId),
  /** By which the other nodes know it. */
  address: z.string(),
  engineVersion: z.string(),
  /** ISO 8601 */
  madeAt: z.string(),
});
export type About = z.output<typeof aboutSchema>;

export interface Sealed {
  readonly about: About;
  /** The tar. Errors when it was changed since it was opened. */
  state(): Readable;
}

/** Writes a file that only its owner may read. One that is there is left as it is; of one that fails nothing stays. */
export async function writeSealed(path: string, key: Buffer, about: About, state: Readable): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    const head = Buffer.concat([MAGIC, randomBytes(NONCE)]);
    const cipher = createCipheriv(CIPHER, key, head.subarray(MAGIC.length)).setAAD(head);
    const text = Buffer.from(JSON.stringify(about));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    await file.write(head);
    await pipeline(
      state,
      createGzip(),
      async function* (zipped: AsyncIterable<Buffer>) {
        yield cipher.update(Buffer.concat([length, text]));
        for await (const chunk of zipped) yield cipher.update(chunk);
        yield cipher.final();
        yield cipher.getAuthTag();
      },
      async (sealed: AsyncIterable<Buffer>) => {
        for await (const chunk of sealed) await file.write(chunk);
      },
    );
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** Reads all of it once before anything of it is believed: what does not bear the key's tag is refused. */
export async function openSealed(path: string, key: Buffer): Promise<Sealed> {
  const { head, tag, end } = await frameOf(path);
  const plain = (): AsyncGenerator<Buffer> => decrypt(path, end, decipherFor(key, head, tag));
  let begin = Buffer.alloc(0);
  try {
    for await (const chunk of plain()) if (begin.length < MAX_ABOUT) begin = Buffer.concat([begin, chunk]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new Refusal(`${path}: it was made with another key, or was damaged or changed.`);
  }
  const length = 4 + begin.readUInt32BE(0);
  const about = aboutSchema.parse(JSON.parse(begin.subarray(4, length).toString()));
  const state = (): Readable => {
    const unzipped = createGunzip();
    // An error of any part ends them all; whoever reads the last hears of it.
    pipeline(skip(plain(), length), unzipped).catch((error: Error) => unzipped.destroy(error));
    return unzipped;
  };
  return { about, state };
}

async function frameOf(path: string): Promise<{ readonly head: Buffer; readonly tag: Buffer; readonly end: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(HEAD);
    const tag = Buffer.alloc(TAG);
    if (size > HEAD + TAG) {
      await file.read(head, 0, HEAD, 0);
      await file.read(tag, 0, TAG, size - TAG);
    }
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new Refusal(`${path}: no backup that this skep can read.`);
    }
    return { head, tag, end: size - TAG };
  } finally {
    await file.close();
  }
}

function decipherFor(key: Buffer, head: Buffer, tag: Buffer): DecipherGCM {
  return createDecipheriv(CIPHER, key, head.subarray(MAGIC.length)).setAAD(head).setAuthTag(tag);
}

async function* decrypt(path: string, end: number, decipher: DecipherGCM): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { start: HEAD, end: end - 1 }))
    yield decipher.update(chunk as Buffer);
  yield decipher.final();
}

async function* skip(chunks: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
