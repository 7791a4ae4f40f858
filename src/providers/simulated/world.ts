import { createHash } from 'node:crypto';
import type { ClusterName, MachineId, NodeId, SwarmId } from '../../model/ids.ts';
import type { Availability, LiveSwarmOptions, Resources, Role, SwarmInitOptions } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { WorldService, WorldTask } from './workload.ts';

/**
 * One cluster's simulated world: plain JSON, the truth that observers see only a part of. All times are wall time in ms.
 * A field named `…At` that lies ahead of `at` is something that will happen by itself.
 */
export interface World {
  format: 1;
  /** Rises with every saved change, by whomever. */
  revision: number;
  cluster: ClusterName;
  owner: string;
  /** Makes the ids of two worlds of one name differ. */
  salt: string;
  /** How many ids were given out. */
  ids: number;
  /** How many addresses were given out; none is given twice. */
  addresses: number;
  /** Everything due until here has happened. */
  at: number;
  record: ClusterRecord | null;
  carriers: { forwardTo: string[]; damage: string | null } | null;
  machines: WorldMachine[];
  /** More than one only when somebody started a second swarm. */
  swarms: WorldSwarm[];
  /** Zones without power. */
  darkZones?: string[];
}

export interface WorldMachine {
  id: MachineId;
  pool: string;
  zone: string;
  hash: string;
  address: string;
  engineVersion: string;
  createdAt: number;
  /** `made`: never once started. */
  state: 'made' | 'booting' | 'running' | 'stopped';
  bootsAt: number | null;
  /** When its engine last began; tasks older than that did not survive. */
  bootedAt: number | null;
  /** Nothing on it runs on, nobody can ask it. */
  frozen: boolean;
  /** Which part of a divided network it is in; null: the main one. It can still be asked about itself. */
  island: string | null;
  /** How long a member or peer takes to be itself again the next time it gets in touch, ms. */
  rejoinMs: { member: number; peer: number };
  detail: string | null;
  /** `unaware`: it was demoted while nobody reached it, and so still takes itself for a manager. */
  membership: { swarm: SwarmId; node: NodeId; unaware?: boolean } | null;
  /** `joinsAt` null: it is pending for ever. `node`: it has a certificate, and the swarm does not list it. */
  joining: { swarm: SwarmId; joinsAt: number | null; node?: NodeId } | null;
  /** Its engine answers and takes no part in the swarm: it waits for the unlock key, or its certificate expired. */
  trouble?: 'locked' | 'expired';
}

export interface WorldSwarm {
  id: SwarmId;
  /** Last version index given out. */
  index: number;
  version: number;
  init: SwarmInitOptions;
  /** Missing in worlds that an earlier skep made: Docker's own. */
  options?: LiveSwarmOptions;
  leader: NodeId | null;
  /** When another leader will be there; null while there is one, or while there can be none. */
  electsAt: number | null;
  members: WorldMember[];
  peers: WorldPeer[];
  services: WorldService[];
  tasks: WorldTask[];
  /** Its root certificate is being exchanged. */
  rotating?: boolean;
}

export interface WorldMember {
  id: NodeId;
  version: number;
  hostname: string;
  address: string;
  engineVersion: string;
  /** What is wanted; `peers` says what is. */
  role: Role;
  availability: Availability;
  labels: Record<string, string>;
  state: 'ready' | 'down' | 'unknown';
  /** Whether the leader hears of it, as of `at`. */
  inTouch: boolean;
  /** When it becomes ready (in touch) or down (not). */
  changesAt: number | null;
  /** When the wanted role takes effect. */
  roleAt: number | null;
  /** Somebody's own computer that joined with the token: no machine of this world. It is always in touch. */
  outside?: true;
  /** Missing: `ENGINE_RESOURCES`. */
  resources?: Resources;
  engineLabels?: Record<string, string>;
}

/** What an engine of a simulated machine offers where nothing else is said. Our choice: a small machine. */
export const ENGINE_RESOURCES: Resources = { nanoCpus: 2e9, memoryBytes: 4 * 2 ** 30 };
export const ENGINE_PLATFORM = { os: 'linux', arch: 'x86_64' } as const;

/** A member of raft: counts in n from its first moment to its last, whatever its state. */
interface WorldPeer {
  node: NodeId;
  /** What the swarm shows; it lags behind `inTouch`. */
  reachable: boolean;
  inTouch: boolean;
  changesAt: number | null;
}

export function createWorld(cluster: ClusterName, owner: string, salt: string, at: number): World {
  const counters = { revision: 0, ids: 0, addresses: 0 };
  return { format: 1, ...counters, cluster, owner, salt, at, record: null, carriers: null, machines: [], swarms: [] };
}

/** 25 characters of 0–9 and a–z, as Docker's ids look. The same for the same history, so that looking needs no writing. */
export function nextId(world: World): string {
  world.ids += 1;
  const hex = createHash('sha256').update(`${world.cluster}:${world.salt}:${world.ids}`).digest('hex');
  return BigInt(`0x${hex}`).toString(36).padStart(25, '0').slice(-25);
}

export function nextAddress(world: World): string {
  world.addresses += 1;
  return `10.88.${world.addresses >> 8}.${world.addresses & 255}`;
}

/** Nothing is left that anybody could find. */
export function isEmptyWorld(world: World): boolean {
  return world.record === null && world.carriers === null && world.machines.length === 0;
}
