import type { IncomingMessage } from 'node:http';

/**
 * Reads a stream of progress (pull, load) to its end. Throws with Docker's words when it tells of an error: the status
 * was 200 by then.
 */
export async function readProgress(stream: IncomingMessage): Promise<void> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) throwIfError(line);
  }
  throwIfError(rest);
}

function throwIfError(line: string): void {
  if (!line.includes('"error')) return;
  const { error } = JSON.parse(line) as { error?: string };
  if (error !== undefined) throw new Error(error);
}
