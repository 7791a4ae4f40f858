// A fleet on disk: one cluster is made by the controller itself and given services; the others are copies under names of
// their own. And that controller, in this process, with its passes and effects counted.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../dist/base/clock.js';
import { systemRandom } from '../dist/base/random.js';
import { LEASE_TIMES } from '../dist/controller/loop/lease-times.js';
import { runSkep } from '../dist/main/run-skep.js';
import { specHashOf } from '../dist/model/desired.js';
import { createActs } from '../dist/providers/simulated/acts.js';
import { createWorldStore } from '../dist/providers/simulated/world-store.js';

/** Per cluster: 3 managers and 7 workers with this many services of 3 tasks. */
const SERVICES = 5;
const FIRST = 'c00000';
const nameOf = (i) => `c${String(i).padStart(5, '0')}`;
const fileOf = (i) => `g${String(Math.floor(i / 100)).padStart(3, '0')}/${nameOf(i)}`;

export function openFleet() {
  const base = mkdtempSync(join(tmpdir(), 'skep-fleet-'));
  const paths = Object.fromEntries(['specs', 'status', 'state'].map((folder) => [folder, join(base, folder)]));
  const specOf = (i) => join(paths.specs, `${fileOf(i)}.yaml`);
  const statusOf = (i) => join(paths.status, `${nameOf(i)}.json`);
  const worldOf = (i) => join(paths.state, 'worlds', `${nameOf(i)}.json`);

  /** Puts a document in place in one rename; answers when that was. */
  function commit(i, label = '1') {
    mkdirSync(dirname(specOf(i)), { recursive: true });
    const hidden = join(dirname(specOf(i)), `.${nameOf(i)}`);
    writeFileSync(hidden, document(nameOf(i), label));
    const began = performance.now();
    renameSync(hidden, specOf(i));
    return began;
  }

  async function makeFirst() {
    commit(0);
    const controller = startController(paths, { resyncMs: 60_000 });
    const phase = () => {
      try {
        return JSON.parse(readFileSync(statusOf(0), 'utf8')).status.phase;
      } catch {
        return null;
      }
    };
    while (phase() !== 'Ready') await sleep(50);
    const acts = createActs(createWorldStore({ at: join(paths.state, 'worlds'), clock: systemClock }));
    for (let s = 0; s < SERVICES; s++) await acts.deployService(FIRST, { name: `s${s}`, replicas: 3 });
    await sleep(5_000);
    await controller.stop();
  }

  function copy(clusters) {
    const world = readFileSync(worldOf(0), 'utf8');
    const status = readFileSync(statusOf(0), 'utf8');
    const { spec, specHash } = JSON.parse(world).record;
    for (let i = 1; i < clusters; i++) {
      const hash = specHashOf({ ...spec, metadata: { ...spec.metadata, name: nameOf(i) } });
      const own = (text) =>
        text.replaceAll(`g000/${FIRST}`, fileOf(i)).replaceAll(FIRST, nameOf(i)).replaceAll(specHash, hash);
      writeFileSync(worldOf(i), own(world));
      writeFileSync(statusOf(i), own(status));
      commit(i);
    }
  }

  return { paths, makeFirst, copy, commit, worldOf, close: () => rmSync(base, { recursive: true, force: true }) };
}

/** `skep run` in this process. `seen`: passes so far, when the last effect began, and the first since that was set to null. */
export function startController(paths, { resyncMs }) {
  const stop = new AbortController();
  const seen = { passes: 0, firstAction: null, lastAction: 0 };
  const failpoint = (name) => {
    if (name === 'write-status:before') seen.passes += 1;
    else if (name.endsWith(':before')) {
      seen.lastAction = performance.now();
      seen.firstAction ??= seen.lastAction;
    }
  };
  const options = {
    paths,
    owner: 'bench',
    once: false,
    resyncMs,
    deletionGraceMs: 30_000,
    maxDeletions: 1,
    workers: 8,
    logLevel: 'warn',
    logFormat: 'json',
    logToFile: false,
  };
  const needs = { clock: systemClock, random: systemRandom, failpoint, lease: LEASE_TIMES };
  const ended = runSkep(options, { ...needs, version: '0.2.0', pid: process.pid, dockerHost: undefined }, stop.signal);
  return {
    seen,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

const document = (name, label) => `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata: {name: ${name}}
spec:
  provider: simulated
  managers: {count: 3}
  workers: [{name: web, count: 7, nodeLabels: {release: "${label}"}}]
`;
