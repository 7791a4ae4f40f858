import type { CliContext } from '../context.ts';
import { EXIT } from '../exit.ts';
import { drawLive } from '../live.ts';

export interface WatchOptions {
  readonly statusDir: string;
  /** Null: all. */
  readonly name: string | null;
  readonly all: boolean;
}

/** `status --watch`: until interrupted. */
export async function watchStatus(options: WatchOptions, context: CliContext): Promise<number> {
  const { stdout, env, clock, signal } = context;
  await drawLive({ ...options, stdout, env, clock, signal, nodes: true });
  return EXIT.asWanted;
}
