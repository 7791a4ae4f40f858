// create: from a file's rename into the directory of a running controller to Ready in its status file, 3+2 real nodes,
// against the least that Docker allows (create-baseline.sh), in alternating pairs on one engine.
//
// Usage: npm run bench:create [-- PAIRS]        default 10 pairs; needs root (it brings up an engine of the tests' own)
import { execFileSync } from 'node:child_process';
import { comparePairs, document, image, openPlace, root } from './place.mjs';

const place = await openPlace('bench-create');
try {
  await comparePairs(Number(process.argv[2] ?? 10), skep, baseline);
} finally {
  await place.close();
}

async function skep(i) {
  const cluster = `b${i}`;
  const began = place.commit(cluster, document(cluster, place.subnet(i % 50), 3, 2));
  await place.untilPhase(cluster, 'Ready');
  const took = performance.now() - began;
  await place.remove(cluster);
  return took;
}

function baseline(i) {
  const prefix = `base${i}`;
  const args = [image, place.subnet(60 + (i % 50)), prefix];
  const options = { env: place.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const took = Number(execFileSync(`${root}/bench/create-baseline.sh`, args, options));
  place.docker('rm', '-f', '-v', ...[1, 2, 3, 4, 5].map((k) => `${prefix}-${k}`));
  place.docker('network', 'rm', prefix);
  return took;
}
