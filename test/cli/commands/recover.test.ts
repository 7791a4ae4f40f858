import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openSealed } from '../../../src/cli/backup/sealed.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import { createInbox } from '../../../src/controller/store/inbox.ts';
import type { MachineId } from '../../../src/model/ids.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { aCluster, expectWhole, holdsOf, type Keeper, keepFor, namesOf, recordOf } from '../../support/healing.ts';
import { type Bench, createBench } from '../support/cli-context.ts';
import { aController, put } from '../support/status-builder.ts';

/** The commands beside a controller that keeps a cluster in a simulated world: what they leave in the inbox, it takes up. */
interface Place {
  readonly keeper: Keeper;
  readonly bench: Bench;
  /** Runs a command line, the controller passing meanwhile. */
  run(...argv: readonly string[]): Promise<number>;
  intents(): Promise<readonly string[]>;
}

interface Wish {
  readonly answer?: string | null;
  readonly provider?: (raw: Provider) => Provider;
  readonly managers?: 1 | 3;
}

async function aPlace({ answer = null, provider = (raw) => raw, managers = 3 }: Wish = {}): Promise<Place> {
  const keeper = await aCluster({ managers, workers: { web: 1 } });
  const asked = { ...provider(keeper.provider), close: async () => {} };
  const bench = await createBench({ provider: async () => asked, ask: async () => answer });
  const context: CliContext = { ...bench.context, clock: keeper.clock };
  const inbox = createInbox(join(bench.dir, '.skep'), keeper.ports.sink);
  Object.assign(keeper.ports.intents, {
    waiting: async () => (await inbox.list()).map(({ intent }) => intent),
    settle: async (_: string, ids: readonly string[]) => void (await Promise.all(ids.map(inbox.remove))),
  });
  const pass = async (): Promise<void> => {
    await keeper.pass();
    // In one move, as the controller does it: the command reads meanwhile.
    await put(bench.dir, 'status/.next', keeper.status());
    await rename(join(bench.dir, 'status/.next'), join(bench.dir, 'status/demo.json'));
    await put(bench.dir, 'status/.next', aController({ beatAt: new Date(keeper.clock.now()).toISOString() }));
    await rename(join(bench.dir, 'status/.next'), join(bench.dir, 'status/_controller.json'));
  };
  return {
    keeper,
    bench,
    async run(...argv) {
      let code: number | null = null;
      await pass();
      const running = runCli(argv, context).then((answered) => {
        code = answered;
      });
      await keeper.clock.settle();
      while (code === null) {
        await pass();
        await keeper.clock.step(500);
      }
      await running;
      return code;
    },
    intents: async () =>
      (await readdir(join(bench.dir, '.skep/intents')).catch(() => [])).filter((n) => n.endsWith('.json')),
  };
}

async function lose(place: Place, count: number): Promise<readonly MachineId[]> {
  const { keeper } = place;
  const managers = await namesOf(keeper, 'managers');
  for (const id of managers.slice(0, count)) await keeper.acts.removeMachine(keeper.cluster, id);
  await keepFor(keeper, 60_000);
  return managers;
}

const said = ({ bench }: Place): string => bench.stdout.text() + bench.stderr.text();

describe('recover', () => {
  it('says every step and does nothing without a yes', async () => {
    const place = await aPlace({ answer: 'y' });
    const [, , survivor] = await lose(place, 2);
    expect(await place.run('recover', 'demo')).toBe(1);
    expect(place.bench.stdout.text()).toContain(`1. ${survivor} becomes the only manager of swarm`);
    expect(place.bench.stdout.text()).toContain('2. the controller makes managers until there are 3, as declared');
    expect(place.bench.stderr.text()).toContain('No yes: nothing was done.');
    expect(await place.intents()).toEqual([]);
    expect((await recordOf(place.keeper)).intents).toEqual([]);
  });

  it('where nobody can be asked takes the name as the yes, and no other name', async () => {
    const place = await aPlace();
    await lose(place, 2);
    expect(await place.run('recover', 'demo')).toBe(1);
    expect(said(place)).toContain('--yes-i-know demo');
    expect(await place.run('recover', 'demo', '--yes-i-know', 'prod')).toBe(2);
    expect(await place.intents()).toEqual([]);
    expect(await place.run('recover', 'demo', '--yes-i-know', 'demo')).toBe(0);
  });

  it('with a yes brings the swarm back, and the controller heals it', async () => {
    const place = await aPlace({ answer: 'yes' });
    const { swarmId } = await recordOf(place.keeper);
    await lose(place, 2);
    expect(await place.run('recover', 'demo')).toBe(0);
    expect(said(place)).toContain('its swarm is back');
    await place.keeper.keep(600_000);
    await expectWhole(place.keeper, 3, 1);
    expect((await recordOf(place.keeper)).swarmId).toBe(swarmId);
  });

  it('does nothing while an old manager may come back', async () => {
    const place = await aPlace({ answer: 'yes' });
    const [first, second] = await namesOf(place.keeper, 'managers');

    await place.keeper.acts.freeze(place.keeper.cluster, first as MachineId);
    await place.keeper.acts.removeMachine(place.keeper.cluster, second as MachineId);
    await keepFor(place.keeper, 60_000);
    expect(await place.run('recover', 'demo')).toBe(1);
    expect(said(place)).toContain(`${first} runs and its engine does not answer`);
    expect(await place.intents()).toEqual([]);
    expect(await namesOf(place.keeper, 'managers')).toContain(first);
  });

  it.each([
    ['a healthy swarm', 0, [], 'there is nothing to recover'],
    ['a manager that answers, starting over', 2, ['--start-over'], 'still answers as a manager'],
    ['no manager that answers', 3, [], 'no manager answers'],
    ['a survivor that is none', 2, ['--survivor', 'demo-web-0000'], 'is no manager that answers'],
  ] as const)('refuses %s', async (_, lost, flags, words) => {
    const place = await aPlace({ answer: 'yes' });
    await lose(place, lost);
    expect(await place.run('recover', 'demo', ...flags)).toBe(1);
    expect(place.bench.stderr.text()).toContain(words);
    expect(await place.intents()).toEqual([]);
  });

  it('starts over when all are lost, having said what is lost with them', async () => {
    const place = await aPlace({ answer: 'yes' });
    const { swarmId } = await recordOf(place.keeper);
    await lose(place, 3);
    expect(await place.run('recover', 'demo', '--start-over')).toBe(0);
    expect(said(place)).toContain(`swarm ${swarmId} is given up: its services, secrets, configs and networks are lost`);
    await place.keeper.keep(600_000);
    await expectWhole(place.keeper, 3, 1);
  });

  it('takes one way at a time, and a key with a backup', async () => {
    const place = await aPlace();
    expect(await place.run('recover', 'demo', '--start-over', '--survivor', 'a')).toBe(2);
    expect(await place.run('recover', 'demo', '--from', 'f')).toBe(2);
  });

  it('needs a controller: nobody else may change a cluster', async () => {
    const place = await aPlace();
    await put(place.bench.dir, 'status/demo.json', place.keeper.status());
    expect(await place.bench.run('recover', 'demo')).toBe(1);
    expect(place.bench.stderr.text()).toContain('No controller is running here');
  });
});

const KEY = 'c0ffee00'.repeat(8);
const STATE = 'the keys of the swarm';
/** Machines that have disks to read. */
const withDisks = (raw: Provider): Provider => ({
  ...raw,
  simulated: false,
  infrastructure: {
    ...raw.infrastructure,
    readSwarmState: async () => ({ ok: true, value: Readable.from([Buffer.from(STATE)]) }),
  },
});

describe('backup', () => {
  it('reads a manager that does not lead while it is stopped, and has it started again', async () => {
    const place = await aPlace({ provider: withDisks });
    await writeFile(join(place.bench.dir, 'key'), KEY);
    const before = await namesOf(place.keeper);
    const leader = (await place.keeper.world()).swarm?.members.find((m) => m.manager?.leader)?.hostname;
    expect(await place.run('backup', 'demo', '--key-file', 'key', '-o', 'b.skepbackup')).toBe(0);
    const path = join(place.bench.dir, 'b.skepbackup');
    expect(place.bench.stdout.text()).toBe(`${path}\n`);
    const sealed = await openSealed(path, Buffer.from(KEY, 'hex'));
    const { swarm } = await place.keeper.world();
    expect(sealed.about).toMatchObject({ cluster: 'demo', swarmId: swarm?.id });
    expect(sealed.about.machine).not.toBe(leader);
    expect(Buffer.concat(await sealed.state().toArray()).toString()).toBe(STATE);
    await place.keeper.keep(600_000);
    await expectWhole(place.keeper, 3, 1);
    expect(await namesOf(place.keeper)).toEqual(before);
    expect((await recordOf(place.keeper)).intents).toEqual([]);
  });

  it('of an only manager names the outage and asks', async () => {
    const place = await aPlace({ provider: withDisks, managers: 1 });
    await writeFile(join(place.bench.dir, 'key'), KEY);
    expect(await place.run('backup', 'demo', '--key-file', 'key')).toBe(1);
    expect(place.bench.stdout.text()).toContain('it is the only manager');
    expect(await place.intents()).toEqual([]);
    expect(await place.run('backup', 'demo', '--key-file', 'key', '--yes-i-know', 'demo')).toBe(0);
    await place.keeper.keep(600_000);
    await expectWhole(place.keeper, 1, 1);
  });

  it('that cannot be written has the manager started again, and leaves no file', async () => {
    const broken = (raw: Provider): Provider => {
      const provider = withDisks(raw);
      const gone = async () => ({ ok: false, problem: { kind: 'unreachable', what: 'it', detail: 'gone' } }) as const;
      return { ...provider, infrastructure: { ...provider.infrastructure, readSwarmState: gone } };
    };
    const place = await aPlace({ provider: broken });
    await writeFile(join(place.bench.dir, 'key'), KEY);
    expect(await place.run('backup', 'demo', '--key-file', 'key', '-o', 'b')).toBe(1);
    await expect(readFile(join(place.bench.dir, 'b'))).rejects.toThrow('ENOENT');
    await place.keeper.keep(600_000);
    await expectWhole(place.keeper, 3, 1);
  });

  it('is not made of a simulated cluster, without a key, or while no manager can be spared', async () => {
    const place = await aPlace();
    await writeFile(join(place.bench.dir, 'key'), KEY);
    expect(await place.run('backup', 'demo', '--key-file', 'key')).toBe(1);
    expect(place.bench.stderr.text()).toContain('demo is simulated');
    expect(await place.run('backup', 'demo')).toBe(2);
    const real = await aPlace({ provider: withDisks });
    await writeFile(join(real.bench.dir, 'key'), KEY);
    await real.keeper.acts.freeze(real.keeper.cluster, (await namesOf(real.keeper, 'managers'))[0] as MachineId);
    await keepFor(real.keeper, 30_000);
    expect(holdsOf(real.keeper)).toEqual([]);
    expect(await real.run('backup', 'demo', '--key-file', 'key')).toBe(1);
    expect(real.bench.stderr.text()).toContain('none can be spared');
  });
});
