import { join, relative } from 'node:path';
import { print, say } from '../command.ts';
import type { CliContext, RunOptions } from '../context.ts';
import { writeDemo } from '../demo.ts';
import { EXIT } from '../exit.ts';
import { readFleet } from '../files/status-files.ts';
import { drawLive } from '../live.ts';

/** `npm start`: says which world it is, then runs the controller and shows what it does. */
export async function runDemo(options: RunOptions, context: CliContext): Promise<number> {
  const { stdout, env, clock, signal, cwd } = context;
  const { specs, status } = options.paths;
  const probe = async () => {
    const { chooseWorld } = await import('../doctor/choose-world.ts');
    return chooseWorld(context);
  };
  const living = async () => {
    const { clusters } = await readFleet(status);
    return clusters.filter((file) => file.status.phase !== 'Deleted').map((file) => file.metadata.name);
  };
  print(context, await writeDemo({ specsDir: specs, shown: relative(cwd, specs) || '.', probe, living }));
  print(context, 'Ctrl-C ends skep, not the clusters.');
  const over = new AbortController();
  const drawing = drawLive({ statusDir: status, stdout, env, clock, signal: over.signal, own: true });
  try {
    const code = await context.runController(options, signal);
    if (code !== EXIT.asWanted)
      say(context, `Ended with trouble; the log says more: ${join(options.paths.state, 'skep.log')}`);
    return code;
  } finally {
    over.abort();
    await drawing;
  }
}
