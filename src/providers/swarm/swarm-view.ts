import { X509Certificate } from 'node:crypto';
import type { NodeId, SwarmId } from '../../model/ids.ts';
import type { Member, SwarmView, TaskView } from '../../model/observed.ts';
import type { ApiNode, ApiSwarm, ApiTask } from './api.ts';
import { parseOptions } from './live-options.ts';
import { oneLine } from './problems.ts';
import { parseResources } from './service-view.ts';

/** Docker's answers in the planner's words. Pure. */

export function parseSwarm(
  swarm: ApiSwarm,
): Pick<SwarmView, 'id' | 'version' | 'rootRotationInProgress' | 'init' | 'options' | 'security'> {
  return {
    id: swarm.ID as SwarmId,
    version: swarm.Version.Index,
    rootRotationInProgress: swarm.RootRotationInProgress,
    init: {
      addressPools: swarm.DefaultAddrPool ?? [],
      subnetSize: swarm.SubnetSize,
      dataPathPort: swarm.DataPathPort,
    },
    options: parseOptions(swarm.Spec),
    security: {
      rootExpiresAt: endOf(swarm.TLSInfo?.TrustRoot ?? ''),
      autolock: swarm.Spec.EncryptionConfig?.AutoLockManagers === true,
    },
  };
}

/** When the last of these certificates (PEM) ends: during a rotation there are two. Null: none can be read. */
function endOf(pem: string): number | null {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    const ends = found.map((one) => Date.parse(new X509Certificate(one).validTo)).filter(Number.isFinite);
    return ends.length > 0 ? Math.max(...ends) : null;
  } catch {
    return null;
  }
}

export function parseMember(node: ApiNode): Member {
  const { Spec, Description, Status, ManagerStatus } = node;
  return {
    id: node.ID as NodeId,
    version: node.Version.Index,
    hostname: Description.Hostname ?? '',
    address: addressOf(node),
    role: Spec.Role,
    availability: Spec.Availability,
    state: (['ready', 'down', 'disconnected'] as const).find((state) => state === Status.State) ?? 'unknown',
    manager: ManagerStatus
      ? {
          leader: ManagerStatus.Leader === true,
          reachability:
            (['reachable', 'unreachable'] as const).find((word) => word === ManagerStatus.Reachability) ?? 'unknown',
        }
      : null,
    labels: Spec.Labels ?? {},
    engineVersion: Description.Engine?.EngineVersion ?? '',
    resources: parseResources(Description.Resources),
    engineLabels: Description.Engine?.Labels ?? {},
    platform: { os: Description.Platform?.OS ?? '', arch: Description.Platform?.Architecture ?? '' },
  };
}

/** A leader may see itself as 0.0.0.0 or 127.0.0.1; its raft address is the one that was advertised. */
function addressOf({ Status, ManagerStatus }: ApiNode): string | null {
  const seen = Status.Addr ?? '';
  const isReal = seen !== '' && seen !== '0.0.0.0' && !seen.startsWith('127.');
  return isReal ? seen : (ManagerStatus?.Addr.replace(/:\d+$/, '') ?? null);
}

export function parseTask({ ID, ServiceID, NodeID, DesiredState, Status }: ApiTask): TaskView {
  const detail = oneLine(Status.Err || Status.Message || '');
  return {
    id: ID,
    serviceId: ServiceID,
    nodeId: (NodeID || null) as NodeId | null,
    desired: DesiredState,
    state: Status.State,
    detail: detail === '' ? null : detail,
    restarts: 0,
  };
}

/** `tasks` with how often their replicas ended by themselves before, as far as `ended`, the history that is kept, goes back. */
export function withRestarts(tasks: readonly ApiTask[], ended: readonly ApiTask[]): readonly TaskView[] {
  const replicaOf = ({ ServiceID, Slot, NodeID }: ApiTask): string => `${ServiceID} ${Slot ?? NodeID}`;
  const counts = new Map<string, number>();
  for (const task of ended) {
    if (!BY_ITSELF.has(task.Status.State)) continue;
    counts.set(replicaOf(task), (counts.get(replicaOf(task)) ?? 0) + 1);
  }
  return tasks.map((task) => ({ ...parseTask(task), restarts: counts.get(replicaOf(task)) ?? 0 }));
}

/** Others were told to stop: by an update, a drain, fewer replicas. */
const BY_ITSELF = new Set(['complete', 'failed', 'rejected']);
const ENDED = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/** Whether a task says something about now: it is wanted, or it is on its way out and still there. */
export function isCurrent(task: TaskView): boolean {
  const isWanted = task.desired !== 'shutdown' && task.desired !== 'remove';
  const isFinishedJob = task.desired === 'complete' && ENDED.has(task.state);
  return isWanted ? !isFinishedJob : !ENDED.has(task.state) && task.nodeId !== null;
}
