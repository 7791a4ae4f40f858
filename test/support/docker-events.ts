import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './docker-oracle.ts';

/** Names of a cluster's containers as Docker's own events tell that they were created or destroyed. */
export function followContainers(engineName: string, cluster: string, event: 'create' | 'destroy') {
  const script = fileURLToPath(new URL('../env/engine', import.meta.url));
  const filters = [`event=${event}`, 'type=container', `label=skep.cluster=${cluster}`].flatMap((f) => ['--filter', f]);
  const child = spawn(script, ['docker', engineName, 'events', ...filters, '--format', '{{.Actor.Attributes.name}}']);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return {
    async stop(): Promise<readonly string[]> {
      await eventually('events arrived', 2_000, async () => text.length > 0);
      child.kill();
      return text.split('\n').filter(Boolean);
    },
  };
}
