import { DOCKERS_OPTIONS, type Member, PLAIN_SERVICE, type SwarmView, type TaskView } from './observed.ts';

/**
 * A swarm as a status file kept it. One that an older skep wrote says less: what is missing is taken for Docker's default,
 * and for a service that fits anywhere.
 */
export function readSwarmView(kept: SwarmView): SwarmView {
  return {
    ...kept,
    options: kept.options ?? DOCKERS_OPTIONS,
    members: kept.members.map((member) => ({ ...NEWER_MEMBER, ...member })),
    services: kept.services.map((service) => ({ ...PLAIN_SERVICE, ...service })),
    tasks: kept.tasks.map((task) => ({ ...NEWER_TASK, ...task })),
  };
}

const NEWER_MEMBER = {
  resources: { nanoCpus: 0, memoryBytes: 0 },
  engineLabels: {},
  platform: { os: '', arch: '' },
} satisfies Partial<Member>;

const NEWER_TASK = { restarts: 0 } satisfies Partial<TaskView>;
