import type { MachineId } from '../../model/ids.ts';
import type { Machine } from '../../model/observed.ts';
import type { GroupInstance } from './autoscaling/groups.ts';
import type { Stack } from './cloudformation/stacks.ts';
import type { SeenReport } from './swarm/looks.ts';

/** An instance that has not reported by then is no longer called booting. Ours boot within 1–3 minutes. Our choice. */
const BOOTING_MS = 300_000;

interface Told {
  readonly pool: string;
  /** ms since the epoch */
  readonly createdAt: number;
  readonly now: number;
  /** Nothing is decided by it, so an older report is better than none. */
  readonly isRead: boolean;
}

/** An instance and what its agent says. An engine counts only as far as it answered this very look. */
export function viewMachine(
  { id, zone, version, isInService }: GroupInstance,
  stack: Stack,
  seen: SeenReport | null,
  { pool, createdAt, now, isRead }: Told,
): Machine {
  const report = seen?.report ?? null;
  const engine = seen && (seen.isFresh || isRead) ? seen.report.engine : null;
  const mayBoot = report === null && now - createdAt < BOOTING_MS;
  return {
    id: id as MachineId,
    pool,
    zone,
    address: report?.address ?? null,
    hash: hashOf(version, stack),
    state: !isInService || mayBoot ? 'booting' : 'running',
    neverStarted: false,
    createdAt,
    engine,
    detail: report !== null && engine === null ? 'its agent does not report' : null,
  };
}

/**
 * The stack tells its machine hash and the version of the launch template that is made of it. Every other version was made
 * of something else, whatever it was.
 */
const hashOf = (version: string | null, { outputs }: Stack): string =>
  version !== null && version === outputs.LaunchTemplateVersion
    ? (outputs.MachineHash ?? '')
    : `v1:lt-${version ?? 'none'}`;
