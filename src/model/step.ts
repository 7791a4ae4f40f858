import { never } from '../base/result.ts';
import type { MachineId, NodeId } from './ids.ts';
import type { Availability, LiveSwarmOptions, SwarmWish } from './observed.ts';
import type { ClusterRecord } from './record.ts';

/** A machine to be made: every fact that is fixed on it. */
export interface MachineWish {
  readonly id: MachineId;
  readonly pool: string;
  readonly zone: string;
  readonly hash: string;
  /** The address that it must have, for a machine in another's place; missing: any free one. */
  readonly address?: string;
}

/** One effect, repeatable, as data. Versions are those seen when planned. `why` is for people. */
export type Step = { readonly why: string } & (
  | { readonly kind: 'write-record'; readonly next: ClusterRecord; readonly seenRevision: number | null }
  | { readonly kind: 'ensure-carriers'; readonly forwardTo: readonly string[] }
  | {
      readonly kind: 'grow-pool';
      readonly pool: string;
      /** How many machines the pool has then, those that are on their way out included. */
      readonly count: number;
      /** Where their provider names machines, these names only stand for those that are to come. */
      readonly machines: readonly MachineWish[];
    }
  | { readonly kind: 'start-machine'; readonly machine: MachineId }
  | { readonly kind: 'stop-machine'; readonly machine: MachineId }
  | { readonly kind: 'load-image'; readonly machine: MachineId; readonly image: string }
  | { readonly kind: 'init-swarm'; readonly machine: MachineId; readonly options: SwarmWish }
  /** Its swarm goes on with this manager alone. */
  | { readonly kind: 'force-new-cluster'; readonly machine: MachineId }
  | { readonly kind: 'set-swarm'; readonly version: number; readonly options: LiveSwarmOptions }
  | { readonly kind: 'join'; readonly machine: MachineId; readonly through: MachineId }
  | {
      readonly kind: 'set-node';
      readonly node: NodeId;
      readonly version: number;
      readonly hostname: string;
      readonly availability: Availability;
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'promote'; readonly node: NodeId; readonly version: number; readonly hostname: string }
  | { readonly kind: 'demote'; readonly node: NodeId; readonly version: number; readonly hostname: string }
  | { readonly kind: 'leave'; readonly machine: MachineId }
  | { readonly kind: 'remove-machine'; readonly machine: MachineId }
  | { readonly kind: 'remove-member'; readonly node: NodeId; readonly hostname: string; readonly force: boolean }
  | {
      /** Keeps a service off a node by a constraint (`on`), or takes that constraint out again. */
      readonly kind: 'constrain-service';
      readonly service: string;
      readonly name: string;
      readonly version: number;
      readonly node: NodeId;
      readonly on: boolean;
    }
  /** Docker makes all its tasks anew and so spreads them. */
  | { readonly kind: 'rebalance-service'; readonly service: string; readonly name: string; readonly version: number }
  | { readonly kind: 'destroy-carriers' }
  | { readonly kind: 'forget-record'; readonly seenRevision: number }
);

export type StepKind = Step['kind'];

/** Why the record is written when skep only notes something beside what it does. */
export const LEARNT = 'something was learnt';

/** One line for people: plan, status, events and tree all print this. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'write-record':
      return 'write the record';
    case 'ensure-carriers':
      return 'make or mend what carries the machines';
    case 'grow-pool':
      return `make ${step.machines.length} machine${step.machines.length === 1 ? '' : 's'} in ${step.pool}: ${step.machines.map((m) => m.id).join(', ')}`;
    case 'start-machine':
      return `start ${step.machine}`;
    case 'stop-machine':
      return `stop ${step.machine}`;
    case 'load-image':
      return `load ${step.image} into ${step.machine}`;
    case 'init-swarm':
      return `start the swarm on ${step.machine}`;
    case 'force-new-cluster':
      return `make ${step.machine} the only manager of its swarm`;
    case 'set-swarm':
      return 'set the options of the swarm';
    case 'join':
      return `join ${step.machine} as a worker`;
    case 'set-node':
      if (step.availability === 'active') return `label ${step.hostname}, set it active`;
      return `${step.availability} ${step.hostname}`;
    case 'promote':
      return `promote ${step.hostname}`;
    case 'demote':
      return `demote ${step.hostname}`;
    case 'leave':
      return `take ${step.machine} out of the swarm`;
    case 'remove-machine':
      return `remove machine ${step.machine}`;
    case 'remove-member':
      return `remove member ${step.hostname}${step.force ? ' by force' : ''}`;
    case 'constrain-service':
      return step.on
        ? `move service ${step.name} off ${step.node}`
        : `let service ${step.name} run on ${step.node} again`;
    case 'rebalance-service':
      return `spread service ${step.name} anew`;
    case 'destroy-carriers':
      return 'remove what carried the machines';
    case 'forget-record':
      return 'remove the record';
    default:
      return never(step);
  }
}
