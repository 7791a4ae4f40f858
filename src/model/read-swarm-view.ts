import { DOCKERS_OPTIONS, type Member, type ServiceView, type SwarmView, type TaskView } from './observed.ts';

/**
 * A swarm as a status file kept it. One that an older skep wrote says less: what is missing is taken for Docker's default,
 * and for a service that fits anywhere.
 */
export function readSwarmView(kept: SwarmView): SwarmView {
  return {
    ...kept,
    options: kept.options ?? DOCKERS_OPTIONS,
    members: kept.members.map((member) => ({ ...NEWER_MEMBER, ...member })),
    services: kept.services.map((service) => ({ ...NEWER_SERVICE, ...service })),
    tasks: kept.tasks.map((task) => ({ ...NEWER_TASK, ...task })),
  };
}

const NEWER_MEMBER = {
  resources: { nanoCpus: 0, memoryBytes: 0 },
  engineLabels: {},
  platform: { os: '', arch: '' },
} satisfies Partial<Member>;

const NEWER_SERVICE = {
  version: 0,
  constraints: [],
  reservations: { nanoCpus: 0, memoryBytes: 0 },
  maxReplicasPerNode: 0,
  hostPorts: [],
  restart: 'any',
  restartMaxAttempts: 0,
  updateOrder: 'stop-first',
  updating: false,
  forceUpdate: 0,
} satisfies Partial<ServiceView>;

const NEWER_TASK = { restarts: 0 } satisfies Partial<TaskView>;
