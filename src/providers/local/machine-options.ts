import { readFile } from 'node:fs/promises';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { ClusterName } from '../../model/ids.ts';
import type { MachineWish } from '../../model/step.ts';
import { LABEL, labelsOf, networkName } from './names.ts';

type LocalSpec = ClusterSpec['spec']['local'];
type Body = Readonly<Record<string, unknown>>;

export interface MachineFacts {
  readonly owner: string;
  readonly cluster: ClusterName;
  readonly wish: MachineWish;
  readonly address: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** Always this one: no TCP port is ever opened. */
const COMMAND = ['dockerd', '--host=unix:///var/run/docker.sock'];
/**
 * Engines from 28 on refuse TLS peers that name no protocol, and those before 28 name none once their certificate was
 * renewed, as every promotion does (moby/swarmkit#3189): without this, new nodes could not join through old managers, nor
 * new managers reach them. grpc's own switch, kept for such migrations (grpc/grpc-go#434). Who may join is checked all the same.
 */
const ENVIRONMENT = ['GRPC_ENFORCE_ALPN_ENABLED=false'];
/** An engine's log on the host: bounded, and readable through the API, where we learn that it listens. Our choice. */
const LOGS = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } };

/**
 * The body of `POST /containers/create` for a machine. `/run` is a tmpfs: without it a killed engine finds its old pid
 * file and will not start. Its disk is an anonymous volume with our labels: Docker removes such a one together with its
 * container in one request, and keeps it when somebody removes the container by hand.
 * @param config daemon.json: on a label, so that it is known whenever the machine is started
 */
export async function machineOptions(facts: MachineFacts, local: LocalSpec, config: Body = {}): Promise<Body> {
  const { owner, cluster, wish, address, createdAt } = facts;
  const network = networkName(cluster);
  return {
    Image: local.image,
    Hostname: wish.id,
    Cmd: COMMAND,
    Env: ENVIRONMENT,
    Labels: labelsOf(owner, cluster, 'machine', {
      [LABEL.pool]: wish.pool,
      [LABEL.zone]: wish.zone,
      [LABEL.hash]: wish.hash,
      [LABEL.created]: String(createdAt),
      [LABEL.address]: address,
      ...(Object.keys(config).length > 0 ? { [LABEL.config]: JSON.stringify(config) } : {}),
    }),
    HostConfig: {
      Privileged: local.privileged,
      CapAdd: local.capAdd,
      ...(await securityOptions(local.securityOpt)),
      CgroupnsMode: local.cgroup,
      Binds: local.binds,
      Mounts: [
        {
          Type: 'volume',
          Target: '/var/lib/docker',
          VolumeOptions: { NoCopy: true, Labels: labelsOf(owner, cluster, 'disk', { [LABEL.machine]: wish.id }) },
        },
      ],
      Tmpfs: { '/run': '' },
      RestartPolicy: { Name: 'no' },
      LogConfig: LOGS,
      NetworkMode: network,
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } },
  };
}

/**
 * What `docker run --security-opt` takes, as the API wants it. As the docker CLI does (cli/command/container/opts.go):
 * `systempaths=unconfined` becomes empty lists of masked and read-only paths, a seccomp profile's file its text.
 * Throws when such a file cannot be read.
 */
export async function securityOptions(options: readonly string[]): Promise<Body> {
  const isSystemPaths = (option: string): boolean => /^systempaths[=:]unconfined$/.test(option);
  const SecurityOpt = await Promise.all(options.filter((option) => !isSystemPaths(option)).map(inlineProfile));
  return options.some(isSystemPaths) ? { SecurityOpt, MaskedPaths: [], ReadonlyPaths: [] } : { SecurityOpt };
}

async function inlineProfile(option: string): Promise<string> {
  const path = /^seccomp[=:](.+)$/.exec(option)?.[1];
  if (path === undefined || path === 'unconfined' || path === 'builtin') return option;
  return `seccomp=${JSON.stringify(JSON.parse(await readFile(path, 'utf8')))}`;
}
