import { type Broken, type Call, type Entry, type Invariant, type Look, looksOf, type Status } from '../trace.ts';

/** S11: a secret in a status, an event, a plan or an error. */
export const S11: Invariant = ({ entries, secrets }) =>
  entries.flatMap((entry) => {
    const text = outputOf(entry);
    return secrets
      .filter((secret) => text?.includes(secret))
      .map((secret) => ({ invariant: 'S11', at: entry.at, why: `${secret} stands in ${whereIs(entry)}` }));
  });

function outputOf(entry: Entry): string | null {
  if (entry.kind === 'status') return entry.text;
  if (entry.kind === 'said') return JSON.stringify(entry.data);
  if (entry.kind !== 'look') return null;
  const { batch, ...told } = entry.plan;
  return JSON.stringify([told, batch.map(({ kind, why }) => [kind, why])]);
}

function whereIs(entry: Entry): string {
  if (entry.kind === 'status') return entry.path;
  return entry.kind === 'said' ? `event ${entry.code}` : 'a plan';
}

/** Tries of one call within `WITHIN_MS`: at once, after 1, 2 and 4 s, each up to a fifth sooner; once more for a fresh hint. */
const TRIES = 6;
const WITHIN_MS = 10_000;
/** What the loop may not answer with an immediate retry. */
const SERIOUS = ['refuse', 'unreachable'];

/** Passes over one cluster at one moment: a batch at once after another, each of which changed something. Our choice. */
const MAX_AT_ONCE = 60;

/** The same call in `WITHIN_MS`, well answered or not: the loop asks for the very same again four times a second at most. */
const MOST_ALIKE = 100;

/** S12: the same failure retried without back-off, passes in a tight circle, or a wait without reason and next time. */
export const S12: Invariant = (trace) => [
  ...hurried(trace.entries.filter((e): e is Call => e.kind === 'call' && SERIOUS.includes(e.fault ?? ''))),
  ...alike(trace.entries.filter((e): e is Call => e.kind === 'call' && e.about !== '')),
  ...circling(looksOf(trace)),
  ...looksOf(trace).flatMap(({ at, cluster, plan }): readonly Broken[] => {
    const bare = plan.holds.filter((hold) => !hold.why || !hold.release || !hold.what);
    const endless = plan.waits.filter((wait) => !wait.what || !(wait.recheckMs > 0));
    return bare.length + endless.length > 0
      ? [{ invariant: 'S12', at, why: `${cluster}: a wait or hold says too little` }]
      : [];
  }),
  ...trace.entries.filter((e): e is Status => e.kind === 'status').flatMap(unexplained),
];

function hurried(calls: readonly Call[]): readonly Broken[] {
  return calls.flatMap(({ at, by, method, about, cluster }, i): readonly Broken[] => {
    const same = calls
      .slice(0, i + 1)
      .filter((c) => c.by === by && c.method === method && c.about === about && c.cluster === cluster);
    const recent = same.filter((c) => at - c.at < WITHIN_MS).length;
    return recent > TRIES
      ? [{ invariant: 'S12', at, why: `${by} tries ${method} ${about} ${recent} times in ${WITHIN_MS / 1_000} s` }]
      : [];
  });
}

function alike(calls: readonly Call[]): readonly Broken[] {
  const times = new Map<string, number[]>();
  return calls.flatMap(({ at, by, method, about, cluster }): readonly Broken[] => {
    const key = `${by} ${cluster} ${method} ${about}`;
    const recent = (times.get(key) ?? []).filter((then) => at - then < WITHIN_MS);
    times.set(key, [...recent, at]);
    return recent.length === MOST_ALIKE
      ? [{ invariant: 'S12', at, why: `${by} asks for ${method} ${about} over and over` }]
      : [];
  });
}

function circling(looks: readonly Look[]): readonly Broken[] {
  const counts = new Map<string, number>();
  return looks.flatMap(({ at, by, cluster }): readonly Broken[] => {
    const key = `${by} ${cluster} ${at}`;
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    return n === MAX_AT_ONCE
      ? [{ invariant: 'S12', at, why: `${by} looks at ${cluster} again and again, and no time passes` }]
      : [];
  });
}

function unexplained({ at, path, text }: Status): readonly Broken[] {
  if (/\/(index|_[a-z]+)\.json$/.test(path)) return [];
  const { status } = JSON.parse(text) as {
    status: { because: string; nextLookAt: string | null; conditions: { type: string }[] };
  };
  const isMoving = status.conditions.some(({ type }) => type === 'Reconciling');
  if (status.because && (!isMoving || status.nextLookAt !== null)) return [];
  return [{ invariant: 'S12', at, why: `${path} waits without ${status.because ? 'a next time' : 'a reason'}` }];
}
