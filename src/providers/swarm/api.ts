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
  readonly Description: { readonly Hostname?: string; readonly Engine?: { readonly EngineVersion?: string } };
  readonly Status: { readonly State: string; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Leader?: boolean; readonly Reachability?: string; readonly Addr: string };
}

export interface ApiMount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly VolumeOptions?: { readonly DriverConfig?: { readonly Name?: string } | null };
}

export interface ApiService {
  readonly ID: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly TaskTemplate?: { readonly ContainerSpec?: { readonly Mounts?: readonly ApiMount[] | null } };
    readonly Mode: {
      readonly Replicated?: { readonly Replicas?: number };
      readonly Global?: object;
      readonly ReplicatedJob?: { readonly TotalCompletions?: number; readonly MaxConcurrent?: number };
      readonly GlobalJob?: object;
    };
  };
}

export interface ApiTask {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string; readonly Message?: string; readonly Err?: string };
}
