import { isoTime } from '../../../model/iso-time.ts';
import type { Observed } from '../../../model/observed.ts';
import { isChanging, raftOf } from '../../../model/quorum.ts';
import type { ClusterRecord } from '../../../model/record.ts';
import type { PlanFacts } from '../facts.ts';
import { nodesOf } from '../nodes.ts';
import { lastWord } from './last-word.ts';
import { doing, type Exception, spend, waitingFor } from './words.ts';

/**
 * A manager's engine is stopped so that its swarm state can be read, and stays so until its word ends; nothing else is
 * begun meanwhile. As soon as another manager is not well the word counts no more, and ordinary life starts it again.
 * Null: nobody asked.
 */
export function planBackupStop(record: ClusterRecord, observed: Observed, facts: PlanFacts): Exception | null {
  const word = lastWord(record, 'backup');
  if (word === null || !observed.infrastructure.ok) return null;
  const over = (why: string) => spend(record, 'backup', why, facts);
  if (word.until === null || observed.now >= word.until) return over('the backup is done, or its time is over');
  const swarm = observed.swarm.ok ? observed.swarm.value : null;
  const node = nodesOf(observed.infrastructure.value, swarm).find((n) => n.machine.id === word.machine);
  if (node === undefined) return over('the manager that was to be read is gone');
  const { id, state } = node.machine;
  const managers = observed.infrastructure.value.machines.filter((m) => m.pool === node.machine.pool);
  const isStopped = state === 'stopped';
  if (managers.length === 1 && isStopped) return waitingFor(`${id} is read until ${isoTime(word.until)}`);
  if (swarm === null) return over('the swarm does not answer');
  const others = raftOf(swarm.members.filter((m) => m !== node.member));
  if (others.reachable < others.n) return over('another manager is not reachable');
  if (isStopped) return waitingFor(`${id} is read until ${isoTime(word.until)}`);
  const raft = raftOf(swarm.members);
  const isAlone = raft.n === 1 && managers.length === 1;
  if (isChanging(raft)) return waitingFor('another change of the managers is not over');
  if (!isAlone && raft.margin < 1) return over('no manager can be spared');
  if (!isAlone && node.member?.manager?.leader !== false) return over(`${id} leads the swarm, or is no manager`);
  return doing([{ kind: 'stop-machine', machine: id, why: 'its swarm state is read while its engine is stopped' }]);
}
