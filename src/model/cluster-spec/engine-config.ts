import { z } from 'zod';

/** Keys of daemon.json that cannot be anybody's but skep's, and why. `graph` is the name that data-root had before. */
const REFUSED: Readonly<Record<string, string>> = {
  hosts: 'skep decides where an engine listens',
  'data-root': 'skep keeps the disk of a node there',
  graph: 'skep keeps the disk of a node there',
  'live-restore': 'swarm mode does not accept it',
};

const key = z
  .string()
  .min(1, 'an empty key (allowed: at least 1 character)')
  .refine((name) => !Object.hasOwn(REFUSED, name), {
    error: ({ input }) => `${REFUSED[String(input)]} (allowed: any other key of daemon.json)`,
  });

/** daemon.json as it is. What an engine makes of it is the engine's to say; only what would break a node is refused here. */
export const engineConfig = z.record(key, z.unknown()).superRefine((config, context) => {
  const refuse = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  for (const [name, value] of Object.entries(config)) {
    if (!isJson(value)) refuse([name], 'an infinite number, or none (allowed: what JSON can say)');
  }
  const labels = Array.isArray(config.labels) ? config.labels : [];
  for (const [i, label] of labels.entries()) {
    const isOurs = typeof label === 'string' && label.startsWith('skep.');
    if (isOurs) refuse(['labels', i], 'skep keeps engine labels that begin with "skep." for itself (allowed: others)');
  }
});

/** YAML also knows .inf and .nan. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isJson);
}
