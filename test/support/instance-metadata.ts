import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/** What real EC2 would say of one instance. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly zone: string;
  readonly address: string;
  readonly account?: string;
  readonly lifecycle?: 'on-demand' | 'spot';
  /** Instance tags; absent: the launch template does not allow them in metadata. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Of the instance's role. */
  readonly role?: { readonly name: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What EC2 announces. Null: nothing is there, 404. */
interface Announced {
  spot: { readonly action: 'terminate' | 'stop'; readonly time: string } | null;
  rebalance: { readonly noticeTime: string } | null;
  /** Target lifecycle state; null: it is in no Auto Scaling group. */
  target: string | null;
}

/** Stands in for the instance metadata service of one instance, version 2 only: a request without a token gets 401. */
export interface InstanceMetadata {
  /** For `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly url: string;
  /** To be changed at any time. */
  readonly announced: Announced;
  /** Statuses that the next requests get in place of an answer; 0: none at all, the request stays open. */
  readonly next: number[];
  /** Each request, e.g. `GET meta-data/instance-id 200`. */
  readonly log: readonly string[];
  /** As when the instance was stopped in between. */
  forgetTokens(): void;
  close(): Promise<void>;
}

/** Where a redirect leads. */
const ELSEWHERE = { location: '/latest/meta-data/instance-id' };

export async function startInstanceMetadata(facts: InstanceFacts, host = '127.0.0.1'): Promise<InstanceMetadata> {
  const tokens = new Map<string, number>();
  const announced: Announced = { spot: null, rebalance: null, target: 'InService' };
  const next: number[] = [];
  const log: string[] = [];

  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/^\/+latest\//, ''));
    const header = (name: string): string => String(request.headers[name] ?? '');
    const end = (status: number, text = ''): void => {
      log.push(`${request.method} ${path} ${status}`);
      if (status > 0)
        response.writeHead(status, { 'content-type': 'text/plain', ...(status === 302 && ELSEWHERE) }).end(text);
    };
    request.resume();
    const fault = next.shift();
    if (fault !== undefined) return end(fault);
    if (path === 'api/token') {
      const seconds = Number(header('x-aws-ec2-metadata-token-ttl-seconds'));
      if (request.method !== 'PUT' || request.headers['x-forwarded-for']) return end(403);
      if (!(seconds >= 1 && seconds <= 21_600)) return end(400);
      const token = randomBytes(24).toString('base64');
      tokens.set(token, Date.now() + seconds * 1_000);
      return end(200, token);
    }
    if (!((tokens.get(header('x-aws-ec2-metadata-token')) ?? 0) > Date.now())) return end(401);
    const text = contentsOf(facts, announced)[path];
    return text === undefined ? end(404) : end(200, text);
  });
  await new Promise<void>((ready) => server.listen(0, host, ready));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://${host}:${at.port}`, announced, next, log, forgetTokens: () => tokens.clear(), close };
}

function contentsOf(facts: InstanceFacts, { spot, rebalance, target }: Announced): Record<string, string | undefined> {
  const { instanceId, zone: availabilityZone, address: privateIp, account: accountId = '123456789012' } = facts;
  const region = availabilityZone.replace(/[a-z]$/, '');
  const { tags, role } = facts;
  return {
    'meta-data/instance-id': instanceId,
    'meta-data/local-ipv4': privateIp,
    'meta-data/placement/availability-zone': availabilityZone,
    'meta-data/placement/region': region,
    'meta-data/services/partition': 'aws',
    'meta-data/instance-life-cycle': facts.lifecycle ?? 'on-demand',
    'dynamic/instance-identity/document': JSON.stringify({
      accountId,
      instanceId,
      region,
      availabilityZone,
      privateIp,
    }),
    'meta-data/spot/instance-action': spot ? JSON.stringify(spot) : undefined,
    'meta-data/events/recommendations/rebalance': rebalance ? JSON.stringify(rebalance) : undefined,
    'meta-data/autoscaling/target-lifecycle-state': target ?? undefined,
    ...(tags && { 'meta-data/tags/instance': Object.keys(tags).join('\n') }),
    ...Object.fromEntries(Object.entries(tags ?? {}).map(([key, tag]) => [`meta-data/tags/instance/${key}`, tag])),
    ...(role && credentialsOf(role)),
  };
}

/** As the AWS SDK reads them, for an hour. */
function credentialsOf(role: NonNullable<InstanceFacts['role']>): Record<string, string> {
  const credentials = {
    Code: 'Success',
    Type: 'AWS-HMAC',
    LastUpdated: new Date().toISOString(),
    AccessKeyId: role.accessKeyId,
    SecretAccessKey: role.secretAccessKey,
    Token: 'session',
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  return {
    'meta-data/iam/security-credentials/': role.name,
    [`meta-data/iam/security-credentials/${role.name}`]: JSON.stringify(credentials),
  };
}
