/**
 * What can be learnt of a host before a local cluster is made on it: facts only. `null` and `unknown` say that it cannot
 * be told. Sizes are bytes, times ms since the epoch.
 */

export type EngineAnswer =
  | { readonly answers: true; readonly facts: EngineFacts }
  | {
      readonly answers: false;
      readonly why: string;
      /** It is there and refuses every API version that we speak. */
      readonly refusesOurVersion: boolean;
    };

export interface EngineFacts {
  readonly version: string;
  /** What it speaks. */
  readonly api: ApiRange;
  /** What skep speaks. */
  readonly ourApi: ApiRange;
  readonly operatingSystem: string;
  readonly rootless: boolean;
  readonly cgroupVersion: 1 | 2 | null;
  readonly cgroupDriver: string;
  readonly dataRoot: string;
  readonly memoryTotal: number;
  /** The engine's clock less ours, with at most `clockErrorMs` of the question's own time in it. Null: it says none. */
  readonly clockAheadMs: number | null;
  readonly clockErrorMs: number;
  readonly networks: readonly EngineNetwork[];
  readonly published: readonly PublishedPort[];
  /** What was read beside the engine; null: it runs under another kernel than skep (Docker Desktop, a VM). */
  readonly host: HostFacts | null;
}

/** Both ends inclusive, e.g. 1.24 to 1.47. */
interface ApiRange {
  readonly lowest: string;
  readonly highest: string;
}

export interface EngineNetwork {
  readonly name: string;
  /** The cluster that it carries; null: none of skep's. */
  readonly cluster: string | null;
  readonly subnets: readonly string[];
}

export interface PublishedPort {
  readonly container: string;
  readonly cluster: string | null;
  readonly address: string;
  readonly port: number;
}

/** `present`: loaded or built in. `loadable`: its file is there. */
export type ModuleState = 'present' | 'loadable' | 'unknown';
export const KERNEL_MODULES = ['overlay', 'vxlan', 'ip_vs'] as const;
export type KernelModule = (typeof KERNEL_MODULES)[number];

export interface HostFacts {
  readonly modules: Readonly<Record<KernelModule, ModuleState>>;
  /** Limits for one user, which all nodes are together. */
  readonly inotify: { readonly watches: number; readonly instances: number } | null;
  /** Of the file system that the engine's data root lies on. */
  readonly disk: { readonly free: number; readonly total: number } | null;
  readonly memoryAvailable: number | null;
  /** Addresses that lead somewhere already, the default route left out. */
  readonly routes: readonly { readonly device: string; readonly network: string }[];
  /** TCP ports that somebody listens on; null: cannot be read. `0.0.0.0` is every address. */
  readonly listening: readonly { readonly address: string; readonly port: number }[] | null;
}

/** What came of running a node. `further`: fields of `spec.local` that it needs here beside those asked for. */
export type NodeTrial =
  | { readonly kind: 'runs'; readonly imageOrigin: string; readonly further: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fails'; readonly why: string }
  /** `why`: what pulling it came to; null when it was not to be pulled. */
  | { readonly kind: 'no-image'; readonly why: string | null };

/** The part that is looked at again while clusters live. */
export type HostRoom = Pick<HostFacts, 'disk' | 'inotify'>;
