// create: from a file's rename into the directory of a running controller to Ready in its status file, 3+2 real nodes,
// against the least that Docker allows (create-baseline.sh), in alternating pairs on one engine.
//
// Usage: npm run bench:create [-- PAIRS]        default 10 pairs; needs root (it brings up an engine of the tests' own)
// Prints a row a pair, then median and p90 of both and of the ratio.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pairs = Number(process.argv[2] ?? 10);
const image = process.env.BENCH_IMAGE ?? 'skep-node:28.5';
const engine = `${root}/test/env/engine`;
const name = 'bench';

const host = /DOCKER_HOST=(\S+)/.exec(
  execFileSync(engine, ['up', name, '--images', image.split(':')[1]], { encoding: 'utf8' }),
)[1];
const net = /SUBNETS=(\d+\.\d+)\./.exec(execFileSync(engine, ['env', name], { encoding: 'utf8' }))[1];
const docker = (...args) => execFileSync(engine, ['docker', name, ...args], { encoding: 'utf8' }).trim();
const env = { ...process.env, DOCKER_HOST: host };
const place = mkdtempSync(join(tmpdir(), 'skep-bench-'));
const [specs, status, state] = ['clusters', 'status', 'state'].map((folder) => join(place, folder));
mkdirSync(specs);
const args = [
  'bin/skep.js',
  'run',
  '--specs',
  specs,
  '--status',
  status,
  '--state',
  state,
  '--deletion-grace',
  '1s',
  '--max-deletions',
  '1000',
  '--log-level',
  'warn',
];
const controller = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });

const phaseOf = (cluster) => {
  try {
    return JSON.parse(readFileSync(join(status, `${cluster}.json`), 'utf8')).status.phase;
  } catch {
    return null;
  }
};
async function until(cluster, phase) {
  const end = Date.now() + 120_000;
  while (phaseOf(cluster) !== phase) {
    if (Date.now() > end) throw new Error(`${cluster} is not ${phase}`);
    await sleep(5);
  }
}

async function skep(i) {
  const cluster = `b${i}`;
  const text = `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: ${cluster}}
spec:
  provider: local
  managers: {count: 3}
  workers: [{name: web, count: 2}]
  local: {image: "${image}", privileged: false, capAdd: [SYS_ADMIN, NET_ADMIN], securityOpt: [seccomp=unconfined, systempaths=unconfined], binds: ["/sys/fs/cgroup:/sys/fs/cgroup:rw"], subnet: ${net}.${130 + (i % 50)}.0/24}
`;
  writeFileSync(join(specs, `.${cluster}`), text);
  const began = performance.now();
  renameSync(join(specs, `.${cluster}`), join(specs, `${cluster}.yaml`));
  await until(cluster, 'Ready');
  const took = Math.round(performance.now() - began);
  rmSync(join(specs, `${cluster}.yaml`));
  await until(cluster, 'Deleted');
  return took;
}

function baseline(i) {
  const prefix = `base${i}`;
  const took = Number(
    execFileSync(`${root}/bench/create-baseline.sh`, [image, `${net}.${190 + (i % 50)}.0/24`, prefix], {
      env,
      encoding: 'utf8',
    }),
  );
  docker('rm', '-f', '-v', ...[1, 2, 3, 4, 5].map((k) => `${prefix}-${k}`));
  docker('network', 'rm', prefix);
  return took;
}

const at = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)];
const rows = [];
try {
  await sleep(2_000);
  console.log(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}, ${image}`);
  for (let i = 0; i <= pairs; i++) {
    const first = i % 2 === 0;
    const a = first ? await skep(i) : null;
    const b = baseline(i);
    const s = a ?? (await skep(i));
    if (i === 0) continue; // warm-up
    rows.push({ s, b });
    console.log(`pair ${i}: skep ${s} ms, script ${b} ms, ratio ${(s / b).toFixed(3)}`);
  }
  const ratios = rows.map(({ s, b }) => s / b);
  const line = (label, values, digits = 0) =>
    console.log(`${label}: median ${at(values, 0.5).toFixed(digits)}, p90 ${at(values, 0.9).toFixed(digits)}`);
  line(
    'skep ms',
    rows.map((r) => r.s),
  );
  line(
    'script ms',
    rows.map((r) => r.b),
  );
  line('ratio', ratios, 3);
} finally {
  controller.kill('SIGTERM');
  await new Promise((resolve) => controller.once('close', resolve));
  execFileSync(engine, ['down', name]);
  rmSync(place, { recursive: true, force: true });
}
