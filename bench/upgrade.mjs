// upgrade: from a file's rename to Ready with all of 3+3 real nodes of another engine version, under a service, against the
// shortest sequential script with the same promises and the same settle (upgrade-baseline.sh), in alternating pairs.
//
// Prints also what the status foresaw when the upgrade began, and how often a task was made anew: tasks ever less those there now.
//
// Usage: npm run bench:upgrade [-- PAIRS [SETTLE]]   default 5 pairs, 5 s; needs root (it brings up an engine of the tests' own)
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { comparePairs, document, openPlace, root } from './place.mjs';

const [from, to] = ['skep-node:20.10', 'skep-node:28.5'];
const settle = Number(process.argv[3] ?? 5);
const place = await openPlace('bench-up', { images: '20.10,28.5,service' });
try {
  await comparePairs(Number(process.argv[2] ?? 5), skep, baseline);
} finally {
  await place.close();
}

async function skep(i) {
  const cluster = `u${i}`;
  const more = { spec: `  rollout: {settle: ${settle}s}\n`, local: '    preloadImages: ["skep-test-service:1"]\n' };
  const spec = (nodeImage) => document(cluster, place.subnet(i % 50), 3, 3, { nodeImage, ...more });
  place.commit(cluster, spec(from));
  await place.untilPhase(cluster, 'Ready');
  const nodes = place.docker('ps', '--filter', `label=skep.cluster=${cluster}`, '--format', '{{.Names}}').split('\n');
  const manager = nodes.find((name) => name.includes('-managers-'));
  const inManager = (...args) => place.docker('exec', manager, 'docker', ...args);
  const service = ['--name', 'web', '--replicas', '3', '--constraint', 'node.labels.skep.pool==web'];
  inManager('service', 'create', '--no-resolve-image', ...service, 'skep-test-service:1', 'sleep', '100000');
  const began = place.commit(cluster, spec(to));
  let foreseen = null;
  await place.until(
    cluster,
    'upgraded',
    ({ phase, plan, nodes: seen = [] }) => {
      if (phase !== 'Ready') foreseen ??= plan?.estimate?.totalMs ?? null;
      return phase === 'Ready' && seen.every(({ name }) => !nodes.includes(name));
    },
    50,
  );
  const took = performance.now() - began;
  const tasks = inManagerNow(cluster, 'service', 'ps', '-q', 'web').split('\n').length;
  const error = (foreseen - took) / took;
  console.log(
    `  skep ${i}: foreseen ${foreseen} ms, ${(100 * error).toFixed(0)} % off; ${((tasks - 3) / 3).toFixed(2)} moves a task; load ${loadavg()[0].toFixed(1)}`,
  );
  await place.remove(cluster);
  return took;
}

/** Through any manager that there is now. */
function inManagerNow(cluster, ...args) {
  const filters = ['--filter', `label=skep.cluster=${cluster}`, '--filter', 'name=-managers-'];
  const [name] = place.docker('ps', ...filters, '--format', '{{.Names}}').split('\n');
  return place.docker('exec', name, 'docker', ...args);
}

function baseline(i) {
  const prefix = `base${i}`;
  const args = [from, to, place.subnet(60 + (i % 50)), prefix, String(settle)];
  const options = { env: place.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const took = Number(execFileSync(`${root}/bench/upgrade-baseline.sh`, args, options));
  place.docker('rm', '-f', '-v', ...place.docker('ps', '-aq', '--filter', `name=${prefix}-`).split('\n'));
  place.docker('network', 'rm', prefix);
  return took;
}
