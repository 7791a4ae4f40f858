import { Duplex } from 'node:stream';

/** Longest that is kept of what a command wrote to stderr, in characters. It ends up in one line for people. */
const STDERR_LIMIT = 300;

/**
 * The byte stream of a command started through an engine's exec API without a terminal: what is written goes to its
 * stdin, what is read is its stdout. Frames as in the Engine API, "Attach to a container, stream format": one byte of
 * kind (1 stdout, 2 stderr), three of nothing, four of length (big endian), the payload. Ends with an error that says
 * what was on stderr if the command ended without a byte on stdout.
 *
 * It has what node:http asks of a socket, so that an HTTP agent can take it for one.
 */
export function createExecStream(raw: Duplex): Duplex {
  let stderr = '';
  let spoke = false;
  const socket = raw as Duplex & { ref?(): void; unref?(): void };
  const split = createFrameSplitter((kind, payload) => {
    if (kind === 2) {
      stderr = (stderr + payload.toString('utf8')).slice(0, STDERR_LIMIT);
      return;
    }
    spoke = true;
    if (!stream.push(payload)) raw.pause();
  });
  const stream: Duplex = new Duplex({
    read: () => void raw.resume(),
    write: (chunk, encoding, done) => void raw.write(chunk, encoding, done),
    final: (done) => void raw.end(done),
    destroy: (error, done) => {
      raw.destroy();
      done(error);
    },
  });
  raw.on('data', split);
  raw.on('error', (error) => stream.destroy(error));
  raw.on('end', () => {
    if (spoke || stderr === '') stream.push(null);
    else stream.destroy(new Error(stderr.trim()));
  });
  raw.on('close', () => {
    if (!stream.readableEnded && !stream.readableLength) stream.destroy();
  });
  const nothing = (): unknown => stream;
  return Object.assign(stream, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: () => socket.ref?.(),
    unref: () => socket.unref?.(),
  });
}

/** Calls `onFrame` for every piece of payload as it comes; a frame may be handed over in several pieces. */
export function createFrameSplitter(onFrame: (kind: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let kind = 0;
  let left = 0;
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const taken = Math.min(8 - header.length, rest.length);
        header = Buffer.concat([header, rest.subarray(0, taken)]);
        rest = rest.subarray(taken);
        if (header.length < 8) return;
        kind = header.readUInt8(0);
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
      const payload = rest.subarray(0, left);
      rest = rest.subarray(payload.length);
      left -= payload.length;
      if (payload.length > 0) onFrame(kind, payload);
    }
  };
}
