import { z } from 'zod';

/** What `skep doctor` says of one thing. */
const CHECKS = [
  'engine',
  'api',
  'rootless',
  'cgroup',
  'clock',
  'node',
  'modules',
  'inotify',
  'disk',
  'memory',
  'addresses',
  'ports',
  'docker-client',
  'git',
  'directories',
] as const;

const LEVELS = ['ok', 'warning', 'trouble'] as const;

const finding = z.strictObject({
  check: z.enum(CHECKS),
  level: z.enum(LEVELS).describe('warning: it works and somebody should know, or it cannot be told'),
  cluster: z.string().nullable().describe('The cluster whose document this is about; null: the host'),
  saw: z.string().describe('What was seen, or why it cannot be told'),
  cure: z.string().nullable().describe('What to do about it; null when it is ok'),
});
export type Finding = z.output<typeof finding>;

/** `skep doctor -o json`. Stable: fields and checks are added, never changed or taken away. */
export const doctorReportSchema = z.strictObject({
  apiVersion: z.literal('skep/v1alpha1'),
  kind: z.literal('DoctorReport'),
  level: z.enum(LEVELS).describe('The worst of all findings'),
  findings: z.array(finding),
});

/** The worst of them; ok when there is none. */
export const worstLevel = (findings: readonly Finding[]): Finding['level'] =>
  LEVELS.findLast((level) => findings.some((found) => found.level === level)) ?? 'ok';
