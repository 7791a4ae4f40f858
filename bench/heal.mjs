// heal: from `docker rm -f` of a worker to a ready replacement, against a script that knows at once and does the least
// (heal-baseline.sh), in alternating pairs on one engine. Both ends are asked of the swarm itself.
//
// Usage: npm run bench:heal [-- PAIRS]          default 10 pairs; needs root (it brings up an engine of the tests' own)
import { execFileSync } from 'node:child_process';
import { comparePairs, document, image, openPlace, root } from './place.mjs';

const place = await openPlace('bench-heal');
try {
  place.commit('heal', document('heal', place.subnet(1), 1, 2));
  await place.untilPhase('heal', 'Ready');
  const args = [image, place.subnet(2), 'base', '0'];
  execFileSync(`${root}/bench/heal-baseline.sh`, args, { env: place.env, stdio: 'ignore' });
  await comparePairs(Number(process.argv[2] ?? 10), skep, baseline);
} finally {
  place.docker('rm', '-f', '-v', ...place.docker('ps', '-aq', '--filter', 'name=base-').split('\n').filter(Boolean));
  await place.close();
}

function names() {
  return place.docker('ps', '--filter', 'label=skep.cluster=heal', '--format', '{{.Names}}').split('\n');
}

async function skep() {
  const nodes = names();
  const manager = nodes.find((name) => name.includes('-managers-'));
  const victim = nodes.find((name) => name.includes('-web-'));
  const took = Number(
    execFileSync(`${root}/bench/heal-watch.sh`, [manager, victim, '3'], { env: place.env, encoding: 'utf8' }),
  );
  await place.untilPhase('heal', 'Ready');
  return took;
}

function baseline(i) {
  const args = [image, place.subnet(2), 'base', String(i + 1)];
  return Number(
    execFileSync(`${root}/bench/heal-baseline.sh`, args, {
      env: place.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
}
