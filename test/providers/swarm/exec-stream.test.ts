import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExecStream, createFrameSplitter } from '../../../src/providers/swarm/exec-stream.ts';

function frame(kind: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** The engine's side of an exec: what it was sent, and what it says. */
function aRaw() {
  const sent: string[] = [];
  const raw = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      sent.push(chunk.toString());
      done();
    },
  });
  const says = { write: (bytes: Buffer) => raw.push(bytes), end: () => raw.push(null) };
  return { raw, says, sent };
}

describe('createFrameSplitter', () => {
  it('gives every payload in its order, however the bytes come in pieces', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ maxLength: 40 })), { maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(30), { maxLength: 30 }), (wanted, cuts) => {
        const got = { 1: '', 2: '' };
        const split = createFrameSplitter((kind, payload) => {
          got[kind as 1 | 2] += payload.toString('latin1');
        });
        let rest = Buffer.concat(wanted.map(([kind, text]) => frame(kind, text)));
        for (const cut of [...cuts, rest.length]) {
          split(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        split(rest);
        for (const kind of [1, 2] as const) {
          const all = wanted.filter(([k]) => k === kind).map(([, text]) => text);
          expect(got[kind]).toBe(Buffer.from(all.join('')).toString('latin1'));
        }
      }),
    );
  });
});

describe('createExecStream', () => {
  it('reads stdout alone and writes without frames', async () => {
    const { raw, says, sent } = aRaw();
    const stream = createExecStream(raw);
    stream.write('hello');
    says.write(frame(2, 'a warning'));
    says.write(frame(1, 'HTTP/1.1 200 OK'));
    says.end();
    const chunks: string[] = [];
    for await (const chunk of stream) chunks.push(String(chunk));
    expect(chunks.join('')).toBe('HTTP/1.1 200 OK');
    expect(sent.join('')).toBe('hello');
  });

  it('ends with what the command complained of when it said nothing else', async () => {
    const { raw, says } = aRaw();
    const stream = createExecStream(raw);
    const failed = new Promise<Error>((resolve) => stream.once('error', resolve));
    stream.resume();
    says.write(frame(2, 'Cannot connect to the Docker daemon\n'));
    says.end();
    expect((await failed).message).toBe('Cannot connect to the Docker daemon');
  });

  it('is closed when the connection below it is', async () => {
    const { raw } = aRaw();
    const stream = createExecStream(raw);
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    raw.destroy();
    await closed;
    expect(stream.destroyed).toBe(true);
  });
});
