import type { DesiredPool } from '../../model/desired.ts';
import type { Hold } from '../../model/hold.ts';
import { MANAGERS } from '../../model/ids.ts';
import { brakeOn, type Checked } from './brake.ts';
import { failedStartups } from './health-notes.ts';
import { localDataHold } from './local-data.ts';
import type { Node } from './nodes.ts';
import type { Seen, Symptom } from './symptoms.ts';

/** A node that looks bad, of a pool that is declared. */
export interface Patient {
  readonly node: Node;
  readonly pool: DesiredPool;
  readonly symptom: Symptom;
  /** ms since the epoch. */
  readonly since: number;
}

/** Its engine never answered, it did not join, or it ended as often as it was started before it was a member. */
export const neverCame = ({ node, symptom }: Patient): boolean =>
  symptom.kind === 'startup' || (symptom.kind === 'stopped' && node.member === null);

/** Why a patient whose time is over is not replaced; null: it may be. Managers go by their quorum, not by the brake. */
export function replacementHold(patient: Patient, all: readonly Checked[], { record, swarm }: Seen): Hold | null {
  const { node, pool, symptom } = patient;
  const { machine, member } = node;
  const held = (reason: Hold['reason'], why: string, release: string): Hold => ({
    reason,
    what: `replace ${machine.id}`,
    why,
    release,
  });
  if (!pool.health.replace) {
    const release = 'it comes back, or its machine is removed by hand, or set health.replace: true';
    return held('ReplacementHeld', `${symptom.what}, and health.replace is false`, release);
  }
  if (neverCame(patient)) {
    const failed = failedStartups(node, all, record);
    if (failed >= pool.health.startupRetries) {
      const why = `${symptom.what}, and ${failed} before it in a row never joined either`;
      return held('StartupFailed', why, `skep retry ${record.cluster}, or a changed document`);
    }
  }
  const brake = pool.name === MANAGERS ? null : brakeOn(node, pool, all);
  if (brake !== null) {
    const release = `they recover, or raise health.maxUnhealthy, or remove ${machine.id} by hand`;
    return held('Braked', `${symptom.what}; ${brake}`, release);
  }
  if (pool.localData !== 'Protect' || member === null || swarm === null) return null;
  const hold = localDataHold(member, swarm, 'replace');
  return hold && { ...hold, release: `it comes back; or ${hold.release}` };
}
