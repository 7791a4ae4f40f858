import type { Resources, ServiceView } from '../../model/observed.ts';
import type { ApiMount, ApiResources, ApiService, ApiServiceSpec } from './api.ts';

/** A service as Docker lists it in the planner's words. Pure. What is missing has Docker's default. */
export function parseService({ ID, Version, Spec, UpdateStatus }: ApiService): ServiceView {
  const { Mode } = Spec;
  const task = Spec.TaskTemplate ?? {};
  return {
    id: ID,
    version: Version.Index,
    name: Spec.Name,
    mode: Mode.Global ? 'global' : Mode.GlobalJob ? 'global-job' : Mode.ReplicatedJob ? 'replicated-job' : 'replicated',
    replicas: Mode.Replicated?.Replicas ?? Mode.ReplicatedJob?.TotalCompletions ?? (Mode.Replicated ? 1 : null),
    labels: Spec.Labels ?? {},
    localData: (task.ContainerSpec?.Mounts ?? []).filter(holdsLocalData).map((m) => m.Source || m.Target),
    constraints: task.Placement?.Constraints ?? [],
    reservations: parseResources(task.Resources?.Reservations),
    maxReplicasPerNode: task.Placement?.MaxReplicas ?? 0,
    hostPorts: hostPortsOf(Spec),
    restart: (['none', 'on-failure'] as const).find((word) => word === task.RestartPolicy?.Condition) ?? 'any',
    restartMaxAttempts: task.RestartPolicy?.MaxAttempts ?? 0,
    updateOrder: Spec.UpdateConfig?.Order === 'start-first' ? 'start-first' : 'stop-first',
    updating: UpdateStatus?.State === 'updating' || UpdateStatus?.State === 'rollback_started',
    forceUpdate: task.ForceUpdate ?? 0,
  };
}

export function parseResources(resources: ApiResources | null | undefined): Resources {
  return { nanoCpus: resources?.NanoCPUs ?? 0, memoryBytes: resources?.MemoryBytes ?? 0 };
}

/** A port that Docker picks is free by itself: swarmkit, scheduler/filter.go, HostPortFilter. */
function hostPortsOf({ EndpointSpec }: ApiServiceSpec): readonly string[] {
  return (EndpointSpec?.Ports ?? []).flatMap(({ PublishMode, PublishedPort, Protocol }) =>
    PublishMode === 'host' && PublishedPort ? [`${PublishedPort}/${Protocol ?? 'tcp'}`] : [],
  );
}

/** Volumes of the local driver, and bind mounts that can be written to; sockets are no data. An unnamed volume is scratch space of one task but still a volume. */
function holdsLocalData({ Type, Source, ReadOnly, VolumeOptions }: ApiMount): boolean {
  if (Type === 'volume') return (VolumeOptions?.DriverConfig?.Name || 'local') === 'local';
  return Type === 'bind' && ReadOnly !== true && !(Source ?? '').endsWith('.sock');
}
