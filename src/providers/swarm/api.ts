/** What we read of the Engine API's answers about a swarm (reference of 1.41 to 1.47), and nothing more. */

export interface ApiSwarm {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly RootRotationInProgress: boolean;
  readonly DefaultAddrPool: readonly string[] | null;
  readonly SubnetSize: number;
  readonly DataPathPort: number;
  readonly Spec: ApiSwarmSpec;
  readonly TLSInfo?: { readonly TrustRoot?: string };
}

/** Durations are in ns. There are more fields: an update sends back what was read. */
export interface ApiSwarmSpec {
  readonly Orchestration?: { readonly TaskHistoryRetentionLimit?: number };
  readonly Dispatcher?: { readonly HeartbeatPeriod?: number };
  readonly CAConfig?: { readonly NodeCertExpiry?: number };
  readonly EncryptionConfig?: { readonly AutoLockManagers?: boolean };
}

export interface ApiNodeSpec {
  readonly Name?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Role: 'worker' | 'manager';
  readonly Availability: 'active' | 'pause' | 'drain';
}

export interface ApiNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: ApiNodeSpec;
  readonly Description: {
    readonly Hostname?: string;
    readonly Platform?: { readonly OS?: string; readonly Architecture?: string };
    readonly Resources?: ApiResources;
    readonly Engine?: {
      readonly EngineVersion?: string;
      readonly Labels?: Readonly<Record<string, string>> | null;
    };
  };
  readonly Status: { readonly State: string; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Leader?: boolean; readonly Reachability?: string; readonly Addr: string };
}

/** Billionths of a CPU, and bytes. */
export interface ApiResources {
  readonly NanoCPUs?: number;
  readonly MemoryBytes?: number;
}

export interface ApiMount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly VolumeOptions?: { readonly DriverConfig?: { readonly Name?: string } | null };
}

interface ApiTaskTemplate {
  readonly ContainerSpec?: { readonly Mounts?: readonly ApiMount[] | null };
  readonly Resources?: { readonly Reservations?: ApiResources | null } | null;
  readonly Placement?: { readonly Constraints?: readonly string[] | null; readonly MaxReplicas?: number } | null;
  readonly RestartPolicy?: { readonly Condition?: string; readonly MaxAttempts?: number } | null;
  readonly ForceUpdate?: number;
}

/** There are more fields: an update sends back what was read. */
export interface ApiServiceSpec {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly TaskTemplate?: ApiTaskTemplate;
  readonly Mode: {
    readonly Replicated?: { readonly Replicas?: number };
    readonly Global?: object;
    readonly ReplicatedJob?: { readonly TotalCompletions?: number; readonly MaxConcurrent?: number };
    readonly GlobalJob?: object;
  };
  readonly UpdateConfig?: { readonly Order?: string } | null;
  readonly EndpointSpec?: { readonly Ports?: readonly ApiPort[] | null } | null;
}

interface ApiPort {
  readonly Protocol?: string;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
}

export interface ApiService {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: ApiServiceSpec;
  readonly UpdateStatus?: { readonly State?: string } | null;
}

export interface ApiTask {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  /** Number of the replica; missing for global services. */
  readonly Slot?: number;
  readonly DesiredState: string;
  readonly Status: { readonly State: string; readonly Message?: string; readonly Err?: string };
}
