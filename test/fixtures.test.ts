import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { noFailpoint } from '../src/base/failpoint.ts';
import { seededRandom } from '../src/base/random.ts';
import { readObserved } from '../src/cli/plan/look.ts';
import { planCluster } from '../src/controller/plan/plan-cluster.ts';
import { reconcile } from '../src/controller/reconcile.ts';
import type { Declared } from '../src/model/declared.ts';
import { expand } from '../src/model/desired.ts';
import { machineHashV1 } from '../src/model/machine-hash.ts';
import { type StatusFile, statusFileSchema } from '../src/model/status.ts';
import { createSimulatedProvider } from '../src/providers/simulated/provider.ts';
import { createWorldStore } from '../src/providers/simulated/world-store.ts';
import { SOURCE } from './support/builders.ts';
import { createFakeClock } from './support/fake-clock.ts';
import { documentOf, type Formats, shapeOf, writeFormats } from './support/formats.ts';
import { createKeeper } from './support/keeper.ts';

/**
 * What earlier versions left on disks and clusters. A folder is never changed once its version is out: when a format
 * or the inputs of a hash change, raise the version in package.json, copy the newest folder to one of its name and run this
 * file with UPDATE=1. The older folders stay, and must go on being read.
 */
const FIXTURES = new URL('fixtures/', import.meta.url).pathname;
const FILES = {
  record: 'record.json',
  status: 'status.json',
  world: 'world.json',
  machineHash: 'machine-hash.json',
  nodeLabels: 'node-labels.json',
} as const satisfies Record<keyof Formats, string>;

const versions = readdirSync(FIXTURES).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const current = `v${minorVersion()}`;

describe('the formats of this version', () => {
  const yaml = readFileSync(join(FIXTURES, versions.at(-1) ?? '', 'demo.yaml'), 'utf8');

  it('are those of the newest fixture: another format needs another version and another fixture', async () => {
    const now = await writeFormats(yaml);
    if (process.env.UPDATE === '1') write(current, now);
    const kept = read(versions.at(-1) ?? '');
    for (const part of ['record', 'status', 'world'] as const) {
      expect(shapeOf(now[part]), part).toEqual(shapeOf(kept[part]));
    }
    expect(now.machineHash).toEqual(kept.machineHash);
    expect(masked(now.nodeLabels)).toEqual(masked(kept.nodeLabels));
  });

  it('have a fixture of their own version', () => {
    expect(versions).toContain(current);
  });
});

describe.each(versions)('what skep %s left', (version) => {
  const kept = read(version);
  const yaml = readFileSync(join(FIXTURES, version, 'demo.yaml'), 'utf8');
  const desired = expand(documentOf(yaml), SOURCE);
  const declared: Declared = { kind: 'document', desired };
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
  });

  it('is a status that this version calls valid', () => {
    expect(statusFileSchema.parse(kept.status)).toEqual(kept.status);
  });

  it('is planned over without a step, from the observation in its status', async () => {
    const now = kept.world.at;
    const { observed } = await readObserved(join(FIXTURES, version, FILES.status));
    const facts = {
      owner: 'me',
      term: 1,
      writer: minorVersion(),
      listedAt: now,
      deletionsLastHour: 0,
      maxDeletions: 1,
    };
    expect(planCluster(declared, { ...observed, now }, facts)).toMatchObject({
      batch: [],
      holds: [],
      waits: [],
      asDeclared: true,
    });
  });

  it('is taken over as it stands: its world, its record, its status', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'skep-fixture-'));
    dirs.push(dir);
    cpSync(join(FIXTURES, version, FILES.world), join(dir, 'demo.json'));
    const clock = createFakeClock(kept.world.at + 3_600_000);
    const random = seededRandom(3);
    const worlds = createWorldStore({ at: dir, clock, random, failpoint: noFailpoint });
    const provider = createSimulatedProvider({ owner: 'me', clock, worlds, random });
    expect(worlds.read(desired.cluster)?.record).toEqual(kept.record);
    const files = new Map<string, StatusFile>([[desired.cluster, kept.status]]);
    const statuses = {
      read: async (name: string) => files.get(name) ?? null,
      write: async (name: string, file: StatusFile) => void files.set(name, file),
    };
    const keeper = createKeeper();
    const ports = { ...keeper.ports, clock, statuses, declared: async () => declared, listedAt: () => clock.now() };
    const providers = { aws: provider, simulated: provider, local: provider };
    const outcome = await reconcile(desired.cluster, { ...ports, providers }, new AbortController().signal);
    expect(outcome.rest).toEqual({ ok: true, because: 'as declared' });
    expect(keeper.events.map(({ code }) => code)).not.toContain('SKP301');
    expect(worlds.read(desired.cluster)?.revision).toBe(kept.world.revision);
    const status = files.get(desired.cluster)?.status;
    expect(status?.phase).toBe('Ready');
    expect(status?.conditions).toEqual(kept.status.status.conditions);
    expect(status?.history).toEqual(kept.status.status.history);
  });

  it('are hashes that this version computes alike from the inputs that were kept', () => {
    for (const { inputs, hash } of kept.machineHash) expect(machineHashV1(inputs)).toBe(hash);
    expect(desired.pools.map((pool) => pool.machineHash)).toEqual(
      desired.pools.map(() => kept.machineHash.find(({ provider }) => provider === 'simulated')?.hash),
    );
    expect(Object.keys(kept.record.hashInputs)).toEqual([...new Set(kept.world.machines.map((m) => m.hash))]);
  });
});

function minorVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version.split('.').slice(0, 2).join('.');
}

function read(version: string): Formats {
  const of = (file: string): unknown => JSON.parse(readFileSync(join(FIXTURES, version, file), 'utf8'));
  return Object.fromEntries(Object.entries(FILES).map(([part, file]) => [part, of(file)])) as unknown as Formats;
}

function write(version: string, formats: Formats): void {
  for (const [part, file] of Object.entries(FILES)) {
    writeFileSync(join(FIXTURES, version, file), `${JSON.stringify(formats[part as keyof Formats], null, 2)}\n`);
  }
}

/** Times and ids differ from life to life. */
const masked = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/\d{6,}/g, '<number>')
      .replaceAll(/\b[a-z0-9]{20,}\b/g, '<id>'),
  );
