import type { Clock } from '../../../base/clock.ts';
import type { EngineFacts, EngineNetwork, PublishedPort } from '../../../model/host-facts.ts';
import { type Engine, OUR_API } from '../../swarm/engine.ts';
import { LABEL } from '../names.ts';
import { type ContainerRow, type NetworkRow, nameOf } from '../world.ts';

/** What we read of `GET /version` and `GET /info`. `Platform`-like fields are empty on engines that distributions build. */
interface Version {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion: string;
  readonly KernelVersion: string;
}
interface Info {
  readonly OperatingSystem: string;
  readonly SecurityOptions: readonly string[] | null;
  readonly CgroupVersion?: string;
  readonly CgroupDriver: string;
  readonly DockerRootDir: string;
  readonly MemTotal: number;
  readonly SystemTime: string;
}
interface PortRow extends ContainerRow {
  readonly Ports: readonly { readonly IP?: string; readonly PublicPort?: number; readonly Type: string }[] | null;
}

/** For the engine to say that it is there. A slow one takes 0.5 s. Our choice. */
const FIRST_LIMIT_MS = 3_000;

export interface SeenEngine {
  readonly facts: Omit<EngineFacts, 'host'>;
  /** As `uname -r` says where the engine runs. */
  readonly kernel: string;
}

/** What the host's engine says of itself. Reads only; rejects as `Engine` does. */
export async function readEngineFacts(host: Engine, clock: Clock, signal: AbortSignal): Promise<SeenEngine> {
  const get = <T>(path: string): Promise<T> => host.call({ method: 'GET', path }, signal);
  const version = await host.call<Version>({ method: 'GET', path: '/version', limitMs: FIRST_LIMIT_MS }, signal);
  const asked = clock.now();
  const info = await get<Info>('/info');
  const answered = clock.now();
  const [networks, containers] = await Promise.all([
    get<readonly NetworkRow[]>('/networks'),
    get<readonly PortRow[]>('/containers/json'),
  ]);
  const theirs = Date.parse(info.SystemTime);
  const facts = {
    version: version.Version,
    api: { lowest: version.MinAPIVersion, highest: version.ApiVersion },
    ourApi: OUR_API,
    operatingSystem: info.OperatingSystem,
    rootless: (info.SecurityOptions ?? []).some((option) => option.startsWith('name=rootless')),
    cgroupVersion: ([1, 2] as const).find((number) => String(number) === info.CgroupVersion) ?? null,
    cgroupDriver: info.CgroupDriver,
    dataRoot: info.DockerRootDir,
    memoryTotal: info.MemTotal,
    clockAheadMs: Number.isNaN(theirs) ? null : theirs - (asked + answered) / 2,
    clockErrorMs: (answered - asked) / 2,
    networks: networks.map(networkOf),
    published: containers.flatMap(portsOf),
  };
  return { facts, kernel: version.KernelVersion };
}

const networkOf = ({ Name, Labels, IPAM }: NetworkRow): EngineNetwork => ({
  name: Name,
  cluster: Labels?.[LABEL.cluster] ?? null,
  subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
});

function portsOf(row: PortRow): PublishedPort[] {
  const cluster = row.Labels?.[LABEL.cluster] ?? null;
  return (row.Ports ?? []).flatMap(({ IP, PublicPort, Type }) =>
    PublicPort === undefined || Type !== 'tcp'
      ? []
      : [{ container: nameOf(row), cluster, address: IP === '::' || !IP ? '0.0.0.0' : IP, port: PublicPort }],
  );
}
