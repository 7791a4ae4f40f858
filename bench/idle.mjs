// idle: what a controller costs that keeps five local clusters (1 manager, 1 worker each) and has nothing to do.
//
// Usage: npm run bench:idle [-- MINUTES]        default 5; needs root (it brings up an engine of the tests' own)
// Prints CPU seconds per hour of the controller, and Docker calls per minute: HTTP requests to the engine and, through it,
// to the nodes' engines, counted by a proxy on the way.
import { readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { document, machine, openPlace } from './place.mjs';

const minutes = Number(process.argv[2] ?? 5);
const CLUSTERS = ['i1', 'i2', 'i3', 'i4', 'i5'];
/** Settling: members' states and Docker's own events after the last change. */
const SETTLE_MS = 20_000;
let calls = 0;

const place = await openPlace('bench-idle', { through: countingProxy });
try {
  CLUSTERS.forEach((cluster, i) => void place.commit(cluster, document(cluster, place.subnet(i + 1), 1, 1)));
  for (const cluster of CLUSTERS) await place.untilPhase(cluster, 'Ready');
  await sleep(SETTLE_MS);
  const [cpu, before] = [cpuSeconds(), calls];
  await sleep(minutes * 60_000);
  console.log(machine());
  console.log(`CPU seconds per hour: ${((cpuSeconds() - cpu) * (60 / minutes)).toFixed(1)}`);
  console.log(`Docker calls per minute: ${((calls - before) / minutes).toFixed(1)}`);
  for (const cluster of CLUSTERS) await place.remove(cluster);
} finally {
  await place.close();
  process.exit();
}

/** User and system time of the controller so far; Linux counts in hundredths. */
function cpuSeconds() {
  const fields = readFileSync(`/proc/${place.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function countingProxy(host) {
  const path = `${host.replace('unix://', '')}.counted`;
  const server = createServer((client) => {
    const engine = createConnection(host.replace('unix://', ''));
    client.on('data', (chunk) => {
      calls += (chunk.toString('latin1').match(/(?:GET|POST|PUT|DELETE|HEAD) \/\S* HTTP\/1\.1\r\n/g) ?? []).length;
    });
    client.pipe(engine).pipe(client);
    for (const socket of [client, engine]) socket.on('error', () => [client, engine].map((s) => s.destroy()));
  });
  await new Promise((resolve) => server.listen(path, resolve));
  return `unix://${path}`;
}
