import type { Desired } from '../../model/desired.ts';
import type { MachineId, NodeId, SwarmId } from '../../model/ids.ts';
import type {
  EngineView,
  InfrastructureView,
  Machine,
  Member,
  Observed,
  ServiceView,
  SwarmView,
} from '../../model/observed.ts';
import type { Step } from '../../model/step.ts';
import { withSurge } from '../../model/surge.ts';
import { imagineDeserted, imagineForced } from './recovery/imagine-recovered.ts';
import { isJob } from './strength.ts';

/** The world as it would look had these steps succeeded and everything on its way arrived. For the road, never for a batch. */
export function imagine(observed: Observed, steps: readonly Step[], desired: Desired): Observed {
  let next = observed;
  for (const step of steps) next = arrive(imagineStep(next, step, desired), desired);
  return next;
}

function imagineStep(o: Observed, step: Step, desired: Desired): Observed {
  const infra = o.infrastructure.ok ? o.infrastructure.value : NOTHING;
  const swarm = o.swarm.ok ? o.swarm.value : null;
  const withInfra = (change: Partial<InfrastructureView>): Observed => ({
    ...o,
    infrastructure: { ok: true, value: { ...infra, ...change } },
  });
  const withSwarm = (change: Partial<SwarmView>): Observed =>
    swarm ? { ...o, swarm: { ok: true, value: { ...swarm, ...change } } } : o;
  const member = (id: NodeId, change: Partial<Member>): Observed =>
    withSwarm({
      members: (swarm?.members ?? []).map((m) => (m.id === id ? { ...m, ...change, version: m.version + 1 } : m)),
    });
  const machine = (id: MachineId, change: Partial<Machine>): Observed =>
    withInfra({ machines: infra.machines.map((m) => (m.id === id ? { ...m, ...change } : m)) });
  switch (step.kind) {
    case 'write-record':
      return { ...o, record: { ok: true, value: step.next } };
    case 'forget-record':
      return { ...o, record: { ok: true, value: null } };
    case 'ensure-carriers':
      return withInfra({ carriers: { ...infra.carriers, state: 'ready', differences: [], forwardTo: step.forwardTo } });
    case 'destroy-carriers':
      return withInfra({ carriers: { ...infra.carriers, state: 'absent', leftovers: 0 } });
    case 'grow-pool':
      return withInfra({ machines: [...infra.machines, ...step.machines.map((w) => newMachine(w, o.now))] });
    case 'start-machine':
      return restarted(machine(step.machine, { state: 'running', neverStarted: false }), step.machine);
    case 'stop-machine':
      return machine(step.machine, { state: 'stopped', engine: null });
    case 'load-image': {
      const engine = infra.machines.find((m) => m.id === step.machine)?.engine;
      return engine
        ? machine(step.machine, {
            engine: { ...engine, missingImages: (engine.missingImages ?? []).filter((i) => i !== step.image) },
          })
        : o;
    }
    case 'init-swarm':
      return inSwarm({ ...o, swarm: { ok: true, value: newSwarm(step) } }, step.machine, true);
    case 'force-new-cluster':
      return imagineForced(o, step.machine, desired);
    case 'set-swarm':
      return withSwarm({ options: step.options, version: step.version + 1 });
    case 'join':
      return inSwarm(o, step.machine, false);
    case 'leave':
      return imagineDeserted(machine(step.machine, { engine: null }));
    case 'set-node': {
      const set = member(step.node, { availability: step.availability, labels: step.labels });
      if (step.availability === 'drain') return withoutTasks(set, step.node);
      return step.availability === 'pause' ? withoutJobs(set, step.node) : set;
    }
    case 'promote':
      return member(step.node, { role: 'manager', manager: { leader: false, reachability: 'reachable' } });
    case 'demote':
      return member(step.node, { role: 'worker', manager: null });
    case 'remove-machine': {
      const gone = infra.machines.find((m) => m.id === step.machine);
      const after = withInfra({
        machines: infra.machines.filter((m) => m.id !== step.machine),
        carriers: { ...infra.carriers, leftovers: Math.max(1, infra.carriers.leftovers) },
      });
      const members = (swarm?.members ?? []).map((m) =>
        m.id === gone?.engine?.nodeId || m.hostname === gone?.id ? { ...m, state: 'down' as const } : m,
      );
      return swarm ? { ...after, swarm: { ok: true, value: { ...swarm, members } } } : after;
    }
    case 'constrain-service': {
      const { service, node, on } = step;
      const constrained = { ...o, swarm: withService(o.swarm, service, (s) => withSurge(s, node, on)) };
      return on ? withoutTasks(constrained, node, service) : constrained;
    }
    case 'rebalance-service':
      return { ...o, swarm: withService(o.swarm, step.service, (s) => ({ forceUpdate: s.forceUpdate + 1 })) };
    case 'remove-member':
      return withSwarm({ members: (swarm?.members ?? []).filter((m) => m.id !== step.node) });
  }
}

/** What was on its way has arrived: engines answer, members are ready, promoted ones reachable. */
function arrive(o: Observed, desired: Desired): Observed {
  if (!o.infrastructure.ok) return o;
  const settle = (m: Member): Member => ({
    ...m,
    state: m.state === 'down' ? 'down' : 'ready',
    manager: m.role === 'manager' ? (m.manager ?? { leader: false, reachability: 'reachable' }) : null,
  });
  const swarm = o.swarm.ok && o.swarm.value ? { ...o.swarm.value, members: o.swarm.value.members.map(settle) } : null;
  const machines = o.infrastructure.value.machines.map((m): Machine => {
    if (m.engine !== null) return settledEngine(m, m.engine, swarm);
    if (m.state === 'stopped') return m;
    const images = desired.spec.spec.provider === 'local' ? desired.spec.spec.local.preloadImages : [];
    const engine = {
      version: '',
      swarm: 'inactive',
      nodeId: null,
      isManager: false,
      error: null,
      missingImages: images,
    } as const;
    return { ...m, state: 'running', engine };
  });
  return {
    ...o,
    infrastructure: { ok: true, value: { ...o.infrastructure.value, machines } },
    swarm: o.swarm.ok ? { ok: true, value: swarm } : o.swarm,
  };
}

/** An engine knows what the swarm made of it. Whom a manager knows in raft changes with every step of the managers, and is not imagined. */
function settledEngine(machine: Machine, { peers: _, ...engine }: EngineView, swarm: SwarmView | null): Machine {
  const member = swarm?.members.find((m) => m.id === engine.nodeId);
  const isManager = member ? member.manager !== null : engine.isManager;
  return { ...machine, engine: { ...engine, isManager } };
}

const NOTHING: InfrastructureView = {
  machines: [],
  carriers: { state: 'absent', differences: [], forwardTo: null, leftovers: 0, images: {} },
  strangers: [],
};

function newMachine(wish: { id: MachineId; pool: string; zone: string; hash: string }, now: number): Machine {
  return {
    ...wish,
    address: wish.id,
    state: 'booting',
    neverStarted: false,
    createdAt: now,
    engine: null,
    detail: null,
  };
}

/** A machine that had joined comes back as the member that it was. */
function restarted(o: Observed, id: MachineId): Observed {
  if (!o.infrastructure.ok || !o.swarm.ok || o.swarm.value === null) return o;
  const swarm = o.swarm.value;
  const was = swarm.members.find((m) => m.hostname === id);
  if (!was) return o;
  const { manager } = was;
  const back: Member = { ...was, state: 'ready', manager: manager && { ...manager, reachability: 'reachable' } };
  const members = swarm.members.map((m) => (m === was ? back : m));
  const engine = { version: '', swarm: 'active', nodeId: was.id, isManager: manager !== null, error: null } as const;
  const machines = o.infrastructure.value.machines.map((m) =>
    m.id === id ? { ...m, engine: { ...engine, missingImages: [] } } : m,
  );
  return {
    ...o,
    infrastructure: { ok: true, value: { ...o.infrastructure.value, machines } },
    swarm: { ok: true, value: { ...swarm, members } },
  };
}

function newSwarm(step: Extract<Step, { kind: 'init-swarm' }>): SwarmView {
  return {
    id: 'imagined' as SwarmId,
    version: 1,
    through: step.machine,
    members: [],
    services: [],
    tasks: [],
    rootRotationInProgress: false,
    init: step.options,
    options: step.options,
  };
}

function inSwarm(o: Observed, machine: MachineId, founder: boolean): Observed {
  if (!o.infrastructure.ok || !o.swarm.ok || o.swarm.value === null) return o;
  const nodeId = `imagined-${machine}` as NodeId;
  const found = o.infrastructure.value.machines.find((m) => m.id === machine);
  const member: Member = {
    id: nodeId,
    version: 1,
    hostname: machine,
    address: found?.address ?? null,
    role: founder ? 'manager' : 'worker',
    availability: 'pause',
    state: 'ready',
    manager: founder ? { leader: true, reachability: 'reachable' } : null,
    labels: {},
    engineVersion: '',
    resources: { nanoCpus: 0, memoryBytes: 0 },
    engineLabels: {},
    platform: { os: '', arch: '' },
  };
  const machines = o.infrastructure.value.machines.map(
    (m): Machine =>
      m.id === machine && m.engine ? { ...m, engine: { ...m.engine, swarm: 'active', nodeId, isManager: founder } } : m,
  );
  return {
    ...o,
    infrastructure: { ok: true, value: { ...o.infrastructure.value, machines } },
    swarm: { ok: true, value: { ...o.swarm.value, members: [...o.swarm.value.members, member] } },
  };
}

function withService(
  look: Observed['swarm'],
  id: string,
  change: (service: ServiceView) => Partial<ServiceView>,
): Observed['swarm'] {
  if (!look.ok || look.value === null) return look;
  const services = look.value.services.map((s) => (s.id === id ? { ...s, ...change(s), version: s.version + 1 } : s));
  return { ok: true, value: { ...look.value, services } };
}

/** Jobs on a node that takes no more tasks come to their end. */
function withoutJobs(o: Observed, node: NodeId): Observed {
  if (!o.swarm.ok || o.swarm.value === null) return o;
  const jobs = new Set(o.swarm.value.services.filter(isJob).map((s) => s.id));
  const tasks = o.swarm.value.tasks.filter((t) => t.nodeId !== node || !jobs.has(t.serviceId));
  return { ...o, swarm: { ok: true, value: { ...o.swarm.value, tasks } } };
}

/** Tasks of a drained node, or of one service there, run somewhere else: on the first other node that takes tasks. */
function withoutTasks(o: Observed, node: NodeId, service?: string): Observed {
  if (!o.swarm.ok || o.swarm.value === null) return o;
  const swarm = o.swarm.value;
  const other = swarm.members.find((m) => m.id !== node && m.state === 'ready' && m.availability === 'active');
  const global = new Set(swarm.services.filter((s) => s.mode === 'global').map((s) => s.id));
  const tasks = swarm.tasks.flatMap((t) =>
    t.nodeId !== node || (service !== undefined && t.serviceId !== service)
      ? [t]
      : global.has(t.serviceId) || !other
        ? []
        : [{ ...t, nodeId: other.id }],
  );
  return { ...o, swarm: { ok: true, value: { ...swarm, tasks } } };
}
