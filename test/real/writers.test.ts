import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { eventually } from '../support/docker-oracle.ts';
import { localSpec } from '../support/local-spec.ts';
import { type RealEngine, startEngine } from '../support/real-engine.ts';
import { lateOnes, type Write } from '../support/recording/ledger.ts';
import { type Host, startTwoControllers, type TwoControllers } from '../support/recording/two-controllers.ts';

const LONG = process.env.SKEP_TEST_WRITERS_ROUNDS !== undefined;
const ROUNDS = Number(process.env.SKEP_TEST_WRITERS_ROUNDS ?? 20);
/** Of the lease: the shipped one, or test/support/launch.mjs's. */
const LEASE_MS = LONG ? 12_000 : 1_500;
/** A lease, the looks around it, and patience with a busy machine. */
const TAKEOVER_MS = 2 * LEASE_MS + 90_000;
const CLUSTER = 'wr';
/** So often the document says something else, so that whoever leads always has something to write. */
const EDIT_MS = 250;

const NODE_UPDATE = 'POST /nodes/*/update';
const opensAWay = ({ what }: Write): boolean => what.endsWith('/exec') || what.startsWith('POST /exec/');
const isToDocker = ({ what }: Write): boolean => what.includes(' /');
/** Everybody may tell what happened, under a key of its own. */
const isHistory = ({ what }: Write): boolean => what === 'PutItem history';

const KINDS = ['kill', 'suspend', 'cut off', 'slow store', 'clock jump'] as const;
type Kind = (typeof KINDS)[number];

describe('two controllers on two hosts', { timeout: 120_000 + ROUNDS * 4 * TAKEOVER_MS }, () => {
  let engine: RealEngine;
  let both: TwoControllers;
  let editing: Promise<void>;
  let isOver = false;
  /** Processes that were suspended, with the term that they held then. */
  const suspended = new Set<string>();

  beforeAll(async () => {
    engine = await startEngine('writers', ['--images', '28.5']);
    both = await startTwoControllers(engine, LONG ? 'shipped' : 'quick');
    await commit(0);
    both.hosts[0].start();
    await both.place.untilPhase(CLUSTER, 'Ready', 120_000);
    both.hosts[1].start();
    editing = edit();
  });
  afterAll(async () => {
    isOver = true;
    await editing;
    await both?.end();
    await engine?.down();
  });

  const commit = (n: number): Promise<void> => {
    const nodeLabels = { n: String(n) };
    const wish = { workers: { web: { count: 1, nodeLabels } }, spec: { managers: { count: 1, nodeLabels } } };
    return both.place.commit(`${CLUSTER}.yaml`, localSpec(CLUSTER, engine, 0, wish));
  };
  async function edit(): Promise<void> {
    for (let n = 1; !isOver; n += 1) {
      await commit(n);
      await sleep(EDIT_MS);
    }
  }

  const isChangeBy = (host: Host) => {
    const id = host.id();
    return ({ by, what, status }: Write): boolean => by === id && what === NODE_UPDATE && status === 200;
  };
  /** The other one has taken over and changed something on Docker. */
  const isTakenOver = (other: Host, from: number): Promise<Write> =>
    both.until(`${other.id()} takes over and writes`, TAKEOVER_MS, isChangeBy(other), from);

  const ROUND: Readonly<Record<Kind, (leader: Host, other: Host, from: number) => Promise<unknown>>> = {
    async kill(leader, other, from) {
      await leader.process().kill();
      await isTakenOver(other, from);
      leader.start();
    },
    async suspend(leader, other, from) {
      leader.process().child.kill('SIGSTOP');
      suspended.add(`${leader.id()} under ${both.ledger.termOf(leader.id())}`);
      await isTakenOver(other, from);
      leader.process().child.kill('SIGCONT');
    },
    async 'cut off'(leader, other, from) {
      leader.table.set('cut');
      await isTakenOver(other, from);
      leader.table.set('open');
    },
    async 'slow store'(leader) {
      leader.table.set({ slowMs: LEASE_MS });
      await sleep(2 * LEASE_MS);
      leader.table.set('open');
    },
    async 'clock jump'() {
      for (const host of both.hosts) host.process().child.kill('SIGUSR2');
      await sleep(LEASE_MS);
    },
  };

  it(`never write at once, in ${ROUNDS} rounds of faults`, async () => {
    const random = seededRandom(Number(process.env.SKEP_TEST_SEED ?? 7));
    const met: Kind[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const kind = KINDS[round % KINDS.length] as Kind;
      // Wherever in a lease and in a pass it falls.
      await sleep(random.next() * LEASE_MS);
      const { leader, other } = both.roles();
      await ROUND[kind](leader, other, both.ledger.writes.length);
      met.push(kind);
      const from = both.ledger.writes.length;
      await both.until('somebody writes', TAKEOVER_MS, (write) => both.hosts.some((h) => isChangeBy(h)(write)), from);
    }
    expect(new Set(met)).toEqual(new Set(KINDS));
    isOver = true;
    await editing;
    await eventually('both hosts tell the same', TAKEOVER_MS, async () => {
      const [a, b] = await Promise.all(both.hosts.map((host) => host.statusOf(CLUSTER)));
      return a?.status.phase === 'Ready' && isDeepStrictEqual(a, b);
    });
    const writes = both.ledger.writes.filter((write) => !opensAWay(write));
    const late = lateOnes(writes.filter((write) => isToDocker(write) || write.what === 'PutItem lease'));
    const lateInTable = lateOnes(
      writes.filter((write) => !isToDocker(write) && !isHistory(write)),
      ({ subject }) => subject,
    );
    const terms = new Set(writes.map(({ term }) => term)).size - 1;
    console.info(`${ROUNDS} rounds: ${writes.length} writes under ${terms} terms, ${late.length} late: ${told(late)}`);
    expect(terms).toBeGreaterThan((ROUNDS * 3) / KINDS.length);
    expect(late.filter(({ by, term }) => !suspended.has(`${by} under ${term}`))).toEqual([]);
    expect(lateInTable).toEqual([]);
    // What a suspended process sends when it wakes up: one request on a connection.
    expect(late.filter((write) => !isToDocker(write))).toEqual([]);
    expect(new Set(late.map(({ connection }) => connection)).size, told(late)).toBe(late.length);
  });

  it('write what is listed, and tell each event under a key of its own', () => {
    const page = readFileSync(new URL('../../docs/two-writers.md', import.meta.url), 'utf8');
    const toDocker = both.ledger.writes.filter(isToDocker).map(({ what }) => what);
    expect([...new Set(toDocker)].filter((what) => !page.includes(`| \`${what}\` |`))).toEqual([]);
    const toTable = both.ledger.writes.filter((write) => !isToDocker(write));
    const kinds = [...new Set(toTable.map(({ what }) => what))].sort();
    expect(kinds).toEqual(['PutItem history', 'PutItem lease', 'PutItem status']);
    // The SDK sends again what was not answered: the same event, under the same key.
    const tellers = new Map(both.ledger.writes.filter(isHistory).map(({ subject, by }) => [subject, by]));
    expect(both.ledger.writes.filter((w) => isHistory(w) && tellers.get(w.subject) !== w.by)).toEqual([]);
  });
});

const told = (writes: readonly Write[]): string =>
  writes.map(({ by, term, what, status }) => `${by} under ${term}: ${what} (${status})`).join('; ') || 'none';
