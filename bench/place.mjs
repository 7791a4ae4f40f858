// What the benchmarks share: an engine of the tests' own, a running controller on directories of its own, and sums.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const image = process.env.BENCH_IMAGE ?? 'skep-node:28.5';
const script = `${root}/test/env/engine`;

/**
 * Needs root. `through` may put a proxy between controller and engine: it is given the socket and answers another.
 * `images`: what the engine holds; see test/env/engine.
 */
export async function openPlace(name, { through = async (host) => host, images = image.split(':')[1] } = {}) {
  const up = execFileSync(script, ['up', name, '--images', images], { encoding: 'utf8' });
  const host = /DOCKER_HOST=(\S+)/.exec(up)[1];
  const net = /SUBNETS=(\d+\.\d+)\./.exec(execFileSync(script, ['env', name], { encoding: 'utf8' }))[1];
  const base = mkdtempSync(join(tmpdir(), 'skep-bench-'));
  const [specs, status, state] = ['clusters', 'status', 'state'].map((folder) => join(base, folder));
  mkdirSync(specs);
  const paths = ['--specs', specs, '--status', status, '--state', state];
  const more = ['--deletion-grace', '1s', '--max-deletions', '1000', '--log-level', 'warn'];
  const controller = spawn(process.execPath, ['bin/skep.js', 'run', ...paths, ...more], {
    cwd: root,
    env: { ...process.env, DOCKER_HOST: await through(host) },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await sleep(2_000);
  const statusOf = (cluster) => {
    try {
      return JSON.parse(readFileSync(join(status, `${cluster}.json`), 'utf8')).status;
    } catch {
      return null;
    }
  };
  // Reading a status is work, too: what takes a minute is looked at more rarely.
  const until = async (cluster, what, check, everyMs = 5) => {
    const end = Date.now() + 400_000;
    while (!check(statusOf(cluster) ?? {})) {
      if (Date.now() > end) throw new Error(`${cluster} is not ${what}: ${statusOf(cluster)?.because}`);
      await sleep(everyMs);
    }
  };
  return {
    env: { ...process.env, DOCKER_HOST: host },
    pid: controller.pid,
    docker: (...args) => execFileSync(script, ['docker', name, ...args], { encoding: 'utf8' }).trim(),
    /** The n-th network of this engine's own. */
    subnet: (n) => `${net}.${130 + n}.0/24`,
    /** Puts the file in place in one rename; answers when that was, by performance.now(). */
    commit(cluster, text) {
      writeFileSync(join(specs, `.${cluster}`), text);
      const began = performance.now();
      renameSync(join(specs, `.${cluster}`), join(specs, `${cluster}.yaml`));
      return began;
    },
    until,
    untilPhase: (cluster, phase) => until(cluster, phase, (seen) => seen.phase === phase),
    async remove(cluster) {
      rmSync(join(specs, `${cluster}.yaml`));
      await until(cluster, 'Deleted', (seen) => seen.phase === 'Deleted');
    },
    async close() {
      controller.kill('SIGTERM');
      await new Promise((resolve) => controller.once('close', resolve));
      execFileSync(script, ['down', name]);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** `more`: lines of `spec`, and of `spec.local`. */
export function document(name, subnet, managers, workers, { nodeImage = image, spec = '', local = '' } = {}) {
  return `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: ${name}}
spec:
  provider: local
  managers: {count: ${managers}}
  workers: [{name: web, count: ${workers}}]
${spec}  local:
    image: "${nodeImage}"
    privileged: false
    capAdd: [SYS_ADMIN, NET_ADMIN]
    securityOpt: [seccomp=unconfined, systempaths=unconfined]
    binds: ["/sys/fs/cgroup:/sys/fs/cgroup:rw"]
    subnet: ${subnet}
${local}`;
}

const at = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)];

/** What the figures of benchmarks without an engine depend on. */
export const host = () => `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}`;

export const machine = () => `${host()}, ${image}`;

/** Runs `skep` and `script` in alternating order, after one pair to warm up; prints each pair, median and p90. Times in ms. */
export async function comparePairs(pairs, skep, script) {
  console.log(machine());
  const rows = [];
  for (let i = 0; i <= pairs; i++) {
    const first = i % 2 === 0 ? await skep(i) : null;
    const b = await script(i);
    const s = first ?? (await skep(i));
    if (i === 0) continue;
    rows.push({ s, b });
    console.log(`pair ${i}: skep ${s.toFixed(0)} ms, script ${b.toFixed(0)} ms, ratio ${(s / b).toFixed(3)}`);
  }
  const line = (label, values, digits) =>
    console.log(`${label}: median ${at(values, 0.5).toFixed(digits)}, p90 ${at(values, 0.9).toFixed(digits)}`);
  line(
    'skep ms',
    rows.map((r) => r.s),
    0,
  );
  line(
    'script ms',
    rows.map((r) => r.b),
    0,
  );
  line(
    'ratio',
    rows.map((r) => r.s / r.b),
    3,
  );
}
