import type { Clock } from '../base/clock.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Problem } from '../model/problem.ts';
import { NoAnswerInTime, withLimit } from '../providers/swarm/limit.ts';

/** The instance metadata service of the instance that this runs on. Version 2 only: no request goes without a token. */
export interface Metadata {
  /**
   * What stands at `path`, e.g. `meta-data/instance-id`; null: nothing does, which for notices means that there is none.
   * Rejects only when `signal` is aborted.
   */
  read(path: string, signal: AbortSignal): Promise<Result<string | null, Problem>>;
}

export interface MetadataOptions {
  readonly clock: Clock;
  /** `AWS_EC2_METADATA_SERVICE_ENDPOINT`, which the AWS SDK heeds too; absent: where it is on every instance. */
  readonly endpoint?: string | undefined;
}

const ENDPOINT = 'http://169.254.169.254';
/** The longest that a token may live, 6 h (EC2 User Guide, "Use the Instance Metadata Service"). */
const TOKEN_S = 21_600;
/** The longest that one try may take, as the AWS SDK has it. The service is on the same host. */
const LIMIT_MS = 1_000;
/** Waits before each further try: the service answers 503 when it is asked too often. */
const AGAIN_MS = [100, 400, 1_600] as const;
const WHAT = 'the instance metadata service';

/** What one try came to: an answer, or trouble that another try may end. */
type Tried = Result<string | null, Problem> | { readonly again: string };

export function createMetadata({ clock, endpoint = ENDPOINT }: MetadataOptions): Metadata {
  const base = `${endpoint.replace(/\/+$/, '')}/latest`;
  let token: string | null = null;

  async function request(path: string, init: RequestInit, signal: AbortSignal) {
    return withLimit(clock, LIMIT_MS, signal, async (inner) => {
      // A redirect would take the token elsewhere.
      const response = await fetch(`${base}/${path}`, { ...init, redirect: 'manual', signal: inner });
      return { status: response.status, text: await response.text() };
    });
  }

  async function tryToken(signal: AbortSignal): Promise<Tried> {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_S) };
    const { status, text } = await request('api/token', { method: 'PUT', headers }, signal);
    if (status === 200) return ok(text);
    return isPassing(status) ? { again: `status ${status}` } : refused('a token', status);
  }

  async function tryRead(path: string, signal: AbortSignal): Promise<Tried> {
    if (token === null) {
      const given = await tryToken(signal);
      if ('again' in given || !given.ok) return given;
      token = given.value;
    }
    const headers = { 'x-aws-ec2-metadata-token': token ?? '' };
    const { status, text } = await request(path, { headers }, signal);
    if (status === 200) return ok(text);
    if (status === 404) return ok(null);
    // Expired, or the instance was stopped in between: the next try gets a new one.
    if (status === 401) token = null;
    return status === 401 || isPassing(status) ? { again: `status ${status}` } : refused(path, status);
  }

  return {
    async read(path, signal) {
      let detail = '';
      for (const wait of [0, ...AGAIN_MS]) {
        if (wait > 0) await clock.sleep(wait, signal);
        const tried = await tryRead(path, signal).catch((error: unknown): Tried => {
          signal.throwIfAborted();
          return { again: error instanceof NoAnswerInTime ? error.message : 'no connection' };
        });
        if (!('again' in tried)) return tried;
        detail = `${path}: ${tried.again}`;
      }
      return fail({ kind: 'unreachable', what: WHAT, detail });
    },
  };
}

/** Too many requests, or trouble of the service itself. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

function refused(wanted: string, status: number): Result<never, Problem> {
  const detail = `${WHAT} refused ${wanted} with status ${status}; it may be switched off or out of reach for containers`;
  return fail({ kind: 'refused', field: null, detail });
}
