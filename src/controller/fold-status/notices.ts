import type { Desired } from '../../model/desired.ts';
import { isDiskLow, isInotifyShort } from '../../model/host-limits.ts';
import { isoTime } from '../../model/iso-time.ts';
import { unknownHash } from '../../model/machine-hash.ts';
import type { Observed } from '../../model/observed.ts';
import { raftOf } from '../../model/quorum.ts';
import type { ClusterRecord } from '../../model/record.ts';
import type { ClusterStatus } from '../../model/status.ts';

export type Notice = NonNullable<ClusterStatus['notices']>[number];

/** Docker renews the certificates of nodes by itself; the root it never renews. Time to plan a rotation. Our choice. */
const ROOT_NOTICE_MS = 90 * 24 * 3_600_000;

/** What is no trouble yet and would become some. Texts hold no number that changes with each look. */
export function noticesOf(observed: Observed, desired: Desired | null, record: ClusterRecord | null): Notice[] {
  return [
    ...noMargin(observed, desired, record),
    ...rootCertificate(observed),
    ...autolock(observed),
    ...newerImages(observed, record),
    ...unknownHashes(observed, desired, record),
    ...host(observed),
  ];
}

const swarmOf = ({ swarm }: Observed) => (swarm.ok ? swarm.value : null);

/** Before a cluster was first Ready its managers come one after the other. */
function noMargin(observed: Observed, desired: Desired | null, record: ClusterRecord | null): Notice[] {
  const swarm = swarmOf(observed);
  const declared = desired?.spec.spec.managers.count ?? 0;
  if (swarm === null || declared < 3 || !record?.firstReadyAt || raftOf(swarm.members).margin !== 0) return [];
  const what = 'the managers have no margin: one more lost and the swarm takes no change any more';
  return [
    { kind: 'NoMargin', what, cure: `see what is missing and what is being done: skep explain ${observed.cluster}` },
  ];
}

function rootCertificate(observed: Observed): Notice[] {
  const end = swarmOf(observed)?.security?.rootExpiresAt ?? null;
  if (end === null || end - observed.now > ROOT_NOTICE_MS) return [];
  const what = `the swarm's root certificate ${end < observed.now ? 'ended' : 'ends'} on ${isoTime(end).slice(0, 10)}, and no node's outlives it`;
  return [{ kind: 'RootCertificate', what, cure: `skep docker ${observed.cluster} -- swarm ca --rotate` }];
}

function autolock(observed: Observed): Notice[] {
  if (!swarmOf(observed)?.security?.autolock) return [];
  const what = 'autolock is on: a manager that was restarted waits for the unlock key, which skep does not keep';
  const cure = `keep the key at hand (skep docker ${observed.cluster} -- swarm unlock-key), or swarm update --autolock=false`;
  return [{ kind: 'Autolock', what, cure }];
}

function newerImages({ infrastructure }: Observed, record: ClusterRecord | null): Notice[] {
  const now = infrastructure.ok ? infrastructure.value.carriers.images : {};
  return Object.entries(record?.images ?? {})
    .filter(([name, id]) => now[name] !== undefined && now[name] !== id)
    .map(([name]) => ({
      kind: 'NewerImage',
      what: `${name} names another image on this engine than when this cluster took it up; nodes made from now on get that one`,
      cure: `name it so that it cannot move: ${name.replace(/[:@][^/]*$/, '')}@sha256:…`,
    }));
}

/** Of these nobody can say whether they are outdated, so they are not rolled. */
function unknownHashes({ infrastructure }: Observed, desired: Desired | null, record: ClusterRecord | null): Notice[] {
  const machines = infrastructure.ok ? infrastructure.value.machines : [];
  const unknown = machines.filter((machine) => {
    const pool = desired?.pools.find((p) => p.name === machine.pool);
    return pool !== undefined && unknownHash(machine, pool, record);
  });
  if (unknown.length === 0) return [];
  const names = unknown.map((m) => m.id).join(', ');
  const what = `another version of skep made ${names}, and its record does not say of what: no change of the spec replaces them`;
  return [
    { kind: 'MachineHashUnknown', what, cure: 'remove these machines one after the other: others take their places' },
  ];
}

function host({ host: room, infrastructure }: Observed): Notice[] {
  const nodes = infrastructure.ok ? infrastructure.value.machines.length : 0;
  const notices: Notice[] = [];
  if (room?.disk && isDiskLow(room.disk)) {
    const what = "little is left of the disk that the Docker engine's data lies on";
    notices.push({ kind: 'DiskLow', what, cure: 'make room: docker system df says what takes it' });
  }
  if (room?.inotify && isInotifyShort(room.inotify, nodes)) {
    const what = `the inotify limits of this host are low for ${nodes} nodes`;
    notices.push({ kind: 'InotifyLow', what, cure: 'skep doctor says what to set' });
  }
  return notices;
}
