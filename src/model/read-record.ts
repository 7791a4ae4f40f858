import { z } from 'zod';
import { fail, ok, type Result } from '../base/result.ts';
import { type ClusterSpec, clusterSpecSchema } from './cluster-spec/schema.ts';
import { specHashOf } from './desired.ts';
import { type ClusterName, MANAGERS, type MachineId, type SwarmId } from './ids.ts';
import type { Problem } from './problem.ts';
import type { ClusterRecord } from './record.ts';
import { recoverySchema } from './recovery.ts';

const FORMAT = 1;

const duration = z.exactOptional(z.object({ ms: z.number(), count: z.int() }));

const named = <Name extends string>() => z.string().transform((text) => text as Name);

/** Who wrote it and how: read first, so that a record of another format is named as what it is. */
const frameSchema = z.object({ format: z.number(), writer: z.string() });

/** A field that came later is optional here and gets its meaning for older records in `readRecord`. */
const recordSchema = z.object({
  format: z.literal(FORMAT),
  cluster: named<ClusterName>(),
  owner: z.string(),
  term: z.int(),
  writer: z.string(),
  revision: z.int().positive(),
  spec: clusterSpecSchema,
  specHash: z.string(),
  generation: z.int(),
  source: z.object({ path: z.string(), line: z.int(), commit: z.string().nullable() }),
  founder: named<MachineId>().nullable(),
  swarmId: named<SwarmId>().nullable(),
  givenUp: z.exactOptional(z.array(z.string())),
  images: z.record(z.string(), z.string()),
  hashInputs: z.record(z.string(), z.unknown()),
  intents: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['pause', 'resume', 'confirm', 'retry', 'abort', 'rollout', 'rebalance', 'recover', 'backup']),
      by: z.string(),
      at: z.number(),
      reason: z.string().nullable(),
      until: z.number().nullable(),
      specHash: z.exactOptional(z.string().nullable()),
      recovery: z.exactOptional(recoverySchema),
      machine: z.exactOptional(named<MachineId>()),
    }),
  ),
  deletion: z.object({ markedAt: z.number(), because: z.string() }).nullable(),
  firstReadyAt: z.number().nullable(),
  applied: z.object({ specHash: z.string().nullable(), labels: z.record(z.string(), z.array(z.string())) }).optional(),
  health: z
    .array(
      z.object({
        kind: z.enum(['bad', 'start', 'startup']),
        machine: named<MachineId>(),
        pool: z.string(),
        at: z.number(),
      }),
    )
    .default([]),
  rollout: z
    .object({
      startedAt: z.number(),
      state: z.enum(['fresh', 'moving', 'dipped', 'well']),
      since: z.number(),
      weak: z.array(z.string()),
    })
    .nullable()
    .default(null),
  rebalance: z
    .object({
      services: z.array(z.object({ id: z.string(), forceUpdate: z.number() })),
      begunAt: z.number().nullable(),
    })
    .nullable()
    .default(null),
  durations: z.object({ startup: duration, drain: duration }).default({}),
  corrections: z.record(z.string(), z.object({ count: z.int(), at: z.number() })).default({}),
});

/**
 * A stored record as this version understands it. Every provider reads through here.
 *
 * The spec on it gets the defaults of fields that are newer than the record, and its hash is computed anew: the
 * document that it came from gets them too, and a newer skep alone is no change of the spec (safety.md S14).
 * What cannot be understood is `unreadable`, never "no record": a cluster lives behind it.
 *
 * @param stored JSON text, or what was parsed from it
 */
export function readRecord(cluster: ClusterName, stored: unknown): Result<ClusterRecord, Problem> {
  const unreadable = (detail: string) =>
    fail<Problem>({ kind: 'unreadable', what: `the record of ${cluster}`, detail });
  const value = typeof stored === 'string' ? parseJson(stored) : stored;
  const frame = frameSchema.safeParse(value);
  if (!frame.success) return unreadable('it is no record of skep');
  const { format, writer } = frame.data;
  if (format !== FORMAT) return unreadable(`skep ${writer} wrote it in format ${format}, this one reads ${FORMAT}`);
  const read = recordSchema.safeParse(value);
  if (!read.success) return unreadable(`skep ${writer} wrote it; ${firstIssue(read.error)}`);
  const { data } = read;
  const specHash = specHashOf(data.spec);
  const applied = data.applied
    ? { ...data.applied, specHash: data.applied.specHash === data.specHash ? specHash : data.applied.specHash }
    : { specHash: data.firstReadyAt === null ? null : specHash, labels: labelKeys(data.spec) };
  return ok({ ...data, specHash, applied });
}

/** Keys of `nodeLabels`, by pool. */
export function labelKeys({ spec }: ClusterSpec): Readonly<Record<string, readonly string[]>> {
  const pools = [{ name: MANAGERS, nodeLabels: spec.managers.nodeLabels }, ...spec.workers];
  return Object.fromEntries(pools.map(({ name, nodeLabels }) => [name, Object.keys(nodeLabels).sort()]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const firstIssue = ({ issues: [issue] }: z.ZodError): string => `${issue?.path.join('.')}: ${issue?.message}`;
