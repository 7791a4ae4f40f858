import type { Finding } from '../../model/finding.ts';
import type { DirectoryFacts, PlaceFacts } from './place-facts.ts';
import { ok, trouble, warning } from './wanted.ts';

/** What lies around skep itself: programs it calls, directories it writes. */
export function judgePlace({ dockerClient, git, directories }: PlaceFacts): readonly Finding[] {
  return [
    dockerClient === null
      ? warning(
          'docker-client',
          'no docker program on the PATH',
          'install docker-cli; only skep docker and connect need it',
        )
      : ok('docker-client', dockerClient),
    git === null
      ? warning(
          'git',
          'no git program on the PATH',
          'install git; without it an older commit of the specs is not told from a newer',
        )
      : ok('git', git),
    ...directories.map(directory),
  ];
}

/** File systems on which SQLite's locks cannot be relied upon (sqlite.org/faq.html, question 5), by their Linux names. */
const NETWORKED = new Set(['nfs', 'smb', 'cifs', 'afs', 'ceph', '9p']);

function directory({ role, path, writable, exists, filesystem }: DirectoryFacts): Finding {
  const saw = `${role}: ${path}${exists ? '' : ' (not there yet)'}${filesystem === null ? '' : ` on ${filesystem}`}`;
  if (!writable && role !== 'specs')
    return trouble('directories', `${saw} cannot be written`, `give this user the right, or name another: --${role}`);
  if (role !== 'specs' && filesystem !== null && NETWORKED.has(filesystem)) {
    const cure = `put it on a local disk: --${role}`;
    return trouble('directories', `${saw}: SQLite needs locks that work, for the lease and the history`, cure);
  }
  if (role !== 'specs' && filesystem === 'fuse') {
    const doubt = 'SQLite needs locks that work, and whether these do cannot be told';
    return warning('directories', `${saw}: ${doubt}`, `a local disk is safe: --${role}`);
  }
  if (!writable)
    return warning('directories', `${saw} cannot be written`, 'npm start, create and scale need to write there');
  return ok('directories', saw);
}
