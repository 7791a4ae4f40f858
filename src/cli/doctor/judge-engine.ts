import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { EngineAnswer, EngineFacts } from '../../model/host-facts.ts';
import { ok, trouble, type Wanted, warning } from './wanted.ts';

/** From here on a clock is worth a word: logs and times of statuses no longer agree. Our choice. */
const CLOCK_WARNING_MS = 5_000;
/** swarmkit, ca/certificates.go: certificates are dated back by an hour (CertBackdate), so no more is borne. */
const CLOCK_TROUBLE_MS = 3_600_000;

/** The engine itself: whether it answers, and whether it is one that skep can speak with. */
export function judgeEngine(answer: EngineAnswer, wanted: readonly Wanted[]): readonly Finding[] {
  if (!answer.answers) return [silent(answer)];
  const { facts } = answer;
  const name = facts.operatingSystem === '' ? '' : ` (${facts.operatingSystem})`;
  return [
    ok('engine', `Docker ${facts.version} answers${name}`),
    api(facts),
    rootless(facts),
    ...cgroup(facts, wanted),
    clock(facts),
  ];
}

const SIMULATED =
  'without an engine everything but local clusters works: provider simulated, validate, plan --observed';

function silent({ why, refusesOurVersion }: Extract<EngineAnswer, { answers: false }>): Finding {
  if (refusesOurVersion)
    return trouble('api', `the Docker engine refuses every API version of skep (${why})`, 'use a newer skep');
  const cure = /EACCES|permission denied/i.test(why)
    ? 'let this user use the socket (sudo usermod -aG docker $USER, then log in again)'
    : 'start Docker, or set DOCKER_HOST to the unix:// socket of an engine';
  return trouble('engine', `no Docker engine answers (${why})`, `${cure}; ${SIMULATED}`);
}

/** All versions are 1.x. */
const minor = (version: string): number => Number(version.split('.')[1] ?? 0);

function api({ api: theirs, ourApi: ours }: EngineFacts): Finding {
  const ranges = `the engine speaks ${theirs.lowest} to ${theirs.highest}, skep ${ours.lowest} to ${ours.highest}`;
  if (minor(theirs.highest) < minor(ours.lowest))
    return trouble('api', `the engine is too old: ${ranges}`, 'use Docker 20.10 or later');
  if (minor(theirs.lowest) > minor(ours.highest))
    return trouble('api', `the engine is too new: ${ranges}`, 'use a newer skep');
  const spoken = minor(theirs.highest) < minor(ours.highest) ? theirs.highest : ours.highest;
  return ok('api', `API ${spoken} is spoken (${ranges})`);
}

function rootless({ rootless: is }: EngineFacts): Finding {
  if (!is) return ok('rootless', 'the engine runs as root');
  return warning(
    'rootless',
    'the engine is rootless: its nodes have no more rights than its user, and ports below 1024 cannot be published',
    'use the engine that runs as root where nodes do not run or overlay networks do not carry',
  );
}

/** moby issue 40788: `privileged` with a cgroup namespace of its own is refused on cgroup v1. */
function cgroup({ cgroupVersion, cgroupDriver }: EngineFacts, wanted: readonly Wanted[]): readonly Finding[] {
  if (cgroupVersion === null)
    return [warning('cgroup', 'cannot tell the cgroup version', 'docker info says it: Cgroup Version')];
  const host = `cgroup v${cgroupVersion}, driver ${cgroupDriver}`;
  return wanted.map(({ cluster, local }) =>
    cgroupVersion === 1 && local.privileged && local.cgroup === 'private'
      ? trouble(
          'cgroup',
          `${host}: privileged nodes cannot have a cgroup namespace of their own`,
          'set spec.local.cgroup to host',
          cluster,
        )
      : ok('cgroup', `${host}; nodes have ${NAMESPACE[local.cgroup]}`, cluster),
  );
}

const NAMESPACE = { host: "the host's cgroup namespace", private: 'a cgroup namespace of their own' } as const;

function clock({ clockAheadMs, clockErrorMs }: EngineFacts): Finding {
  if (clockAheadMs === null)
    return warning('clock', "cannot tell the engine's clock", 'compare date here and in a container');
  const off = Math.max(0, Math.abs(clockAheadMs) - clockErrorMs);
  const which = clockAheadMs > 0 ? 'ahead of' : 'behind';
  const saw = `the engine's clock is ${describeDuration(Math.round(off / 1_000) * 1_000)} ${which} this program's`;
  const cure = 'set both by NTP (timedatectl; a VM may need a restart after sleep)';
  if (off >= CLOCK_TROUBLE_MS) return trouble('clock', `${saw}: certificates of swarms will be refused`, cure);
  if (off >= CLOCK_WARNING_MS) return warning('clock', saw, cure);
  return ok('clock', "the engine's clock agrees with this program's");
}
