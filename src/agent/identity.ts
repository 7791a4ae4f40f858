import { z } from 'zod';
import { fail, ok, type Result } from '../base/result.ts';
import type { Problem } from '../model/problem.ts';
import type { Metadata } from './metadata.ts';

/** Who this instance is, as EC2 says. */
export interface Identity {
  readonly instanceId: string;
  /** As IAM knows it of every request made with this instance's own credentials (`ec2:SourceInstanceARN`). */
  readonly arn: string;
  readonly region: string;
  readonly zone: string;
  /** Private IPv4 address. */
  readonly address: string;
  readonly lifecycle: 'on-demand' | 'spot';
}

/** Of the instance identity document (EC2 User Guide), only what is used. */
const documentSchema = z.object({
  accountId: z.string(),
  instanceId: z.string(),
  region: z.string(),
  availabilityZone: z.string(),
  privateIp: z.string(),
});

const DOCUMENT = 'dynamic/instance-identity/document';

export async function readIdentity(metadata: Metadata, signal: AbortSignal): Promise<Result<Identity, Problem>> {
  const document = await required(metadata, DOCUMENT, signal);
  if (!document.ok) return document;
  const read = documentSchema.safeParse(parseJson(document.value));
  if (!read.success) {
    return fail({
      kind: 'unreadable',
      what: DOCUMENT,
      detail: read.error.issues[0]?.path.join('.') || 'no JSON object',
    });
  }
  const { accountId, instanceId, region, availabilityZone: zone, privateIp: address } = read.data;
  const partition = await required(metadata, 'meta-data/services/partition', signal);
  if (!partition.ok) return partition;
  const bought = await required(metadata, 'meta-data/instance-life-cycle', signal);
  if (!bought.ok) return bought;
  // There are further ways to buy an instance, e.g. capacity blocks; only spot instances are interrupted.
  const lifecycle = bought.value === 'spot' ? 'spot' : 'on-demand';
  const arn = `arn:${partition.value}:ec2:${region}:${accountId}:instance/${instanceId}`;
  return ok({ instanceId, arn, region, zone, address, lifecycle });
}

/** A tag of this instance; null: there is none, or the launch template does not allow tags in instance metadata. */
export const readTag = (metadata: Metadata, key: string, signal: AbortSignal) =>
  metadata.read(`meta-data/tags/instance/${encodeURIComponent(key)}`, signal);

async function required(metadata: Metadata, path: string, signal: AbortSignal): Promise<Result<string, Problem>> {
  const read = await metadata.read(path, signal);
  if (!read.ok) return read;
  return read.value === null ? fail({ kind: 'gone', what: `${path} in the instance metadata` }) : ok(read.value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
