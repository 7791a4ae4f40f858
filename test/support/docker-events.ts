import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './docker-oracle.ts';

/** Names of a cluster's containers as Docker's own events tell that they were created or destroyed. */
export const followContainers = (engineName: string, cluster: string, event: 'create' | 'destroy') =>
  follow(engineName, cluster, event, '{{.Actor.Attributes.name}}');

/** Commands that were run in a cluster's containers, as Docker's own events tell: `exec_create: docker info`. */
export const followExecs = (engineName: string, cluster: string) =>
  follow(engineName, cluster, 'exec_create', '{{.Action}}');

function follow(engineName: string, cluster: string, event: string, format: string) {
  const script = fileURLToPath(new URL('../env/engine', import.meta.url));
  const filters = [`event=${event}`, 'type=container', `label=skep.cluster=${cluster}`].flatMap((f) => ['--filter', f]);
  const child = spawn(script, ['docker', engineName, 'events', ...filters, '--format', format]);
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
