import { readFile } from 'node:fs/promises';
import { badInput } from '../exit.ts';

/** AES-256 takes 32 bytes. */
const BYTES = 32;

/** A key as it lies in a file: 32 bytes as they are, or as 64 hexadecimal digits, or in base64. */
export async function readKey(path: string): Promise<Buffer> {
  const content = await readFile(path);
  if (content.length === BYTES) return content;
  const text = content.toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  throw badInput(
    `${path}: no key (allowed: 32 bytes, or 64 hexadecimal digits, or 32 bytes in base64; make one with: openssl rand -hex 32)`,
  );
}
