import { sha256 } from '../../model/hash.ts';
import type { ClusterName, MachineId } from '../../model/ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Names for new machines, `<cluster>-<pool>-<4 chars>`. The same cluster, pool and salt give the same names in the same
 * order, so a creation that is repeated after a lost answer finds the machine it made. The salt (the record's revision)
 * rises with every change, so a later machine does not bear a dead one's name.
 */
export function freshNames(
  at: { readonly cluster: ClusterName; readonly pool: string; readonly salt: number },
  taken: ReadonlySet<string>,
  count: number,
): readonly MachineId[] {
  const names: MachineId[] = [];
  for (let i = 0; names.length < count; i++) {
    const digest = sha256(`${at.cluster}/${at.pool}/${at.salt}/${i}`);
    const suffix = [0, 1, 2, 3].map((k) => ALPHABET[parseInt(digest.slice(k * 4, k * 4 + 4), 16) % 36]).join('');
    const name = `${at.cluster}-${at.pool}-${suffix}` as MachineId;
    if (!taken.has(name) && !names.includes(name)) names.push(name);
  }
  return names;
}
