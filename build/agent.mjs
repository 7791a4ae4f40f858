// agent: makes the archive that runs `skep agent` on a node: the built program and the Node that runs this script.
//
// Usage: npm run build:agent [-- DIR]     DIR: where the archive goes, default the current directory
// Prints the archive's path, its sha256, and the glibc that a host must have. The same inputs give the same sha256.
//
// Nothing is downloaded: Node is the running one, for this processor and glibc. Needs Linux, GNU tar and gzip.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? '.');
const { version, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Only a controller keeps anything in SQLite. */
const LEFT_OUT = ['better-sqlite3'];
/** Of no use where nothing is compiled or debugged. */
const NEEDLESS = /\.(map|d\.[cm]?ts|tsbuildinfo)$|\/@types\//;

const LAUNCHER = `#!/bin/sh
# skep with its own Node: needs nothing of the host but this shell and the C library.
case $0 in */*) here=\${0%/*} ;; *) here=. ;; esac
exec "$here/node" "$here/bin/skep.js" "$@"
`;

function fail(why) {
  console.error(`build:agent: ${why}`);
  process.exit(1);
}

/** Where a package is found from `from`, as Node looks for it. */
function folderOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === dirname(at)) fail(`${name}, which ${from} needs, is not installed: run npm ci`);
  }
}

/** Folders of all that these packages need, they themselves among them. What is optional stays out. */
function closure(names, from, found) {
  for (const name of names) {
    const folder = folderOf(name, from);
    if (found.has(folder)) continue;
    found.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const optional = Object.keys(manifest.optionalDependencies ?? {});
    const needed = Object.keys(manifest.dependencies ?? {}).filter((each) => !optional.includes(each));
    closure(needed, folder, found);
  }
  return found;
}

/** Of a Node from nodejs.org beside its folder bin, of a package of Debian's in its documents. */
function licenceOfNode() {
  const prefix = dirname(dirname(process.execPath));
  const places = [
    join(prefix, 'LICENSE'),
    join(prefix, 'share/doc/nodejs/LICENSE'),
    join(prefix, 'share/doc/node/LICENSE'),
  ];
  return places.find(existsSync) ?? fail(`found no licence of Node beside ${process.execPath} to put into the archive`);
}

if (process.platform !== 'linux') fail('nodes run Linux, so the archive is made on Linux');
const shared = Object.entries(process.config.variables).filter(
  ([key, value]) => /^node_shared/.test(key) && value === true,
);
if (shared.length > 0)
  fail(`this Node needs libraries of its host (${shared.map(([key]) => key)}): use one from nodejs.org`);

const work = mkdtempSync(join(tmpdir(), 'skep-agent-'));
try {
  const top = join(work, 'skep-agent');
  mkdirSync(join(top, 'bin'), { recursive: true });
  const copy = (from, to) => cpSync(from, join(top, to), { recursive: true, filter: (path) => !NEEDLESS.test(path) });
  for (const name of ['bin/skep.js', 'dist', 'package.json', 'LICENSE']) copy(join(root, name), name);
  const names = Object.keys(dependencies).filter((name) => !LEFT_OUT.includes(name));
  const folders = [...closure(names, root, new Set())].map((folder) => relative(root, folder));
  // What lies within another package is copied with it.
  for (const folder of folders.filter((each) => !each.includes('/node_modules/'))) copy(join(root, folder), folder);
  copy(process.execPath, 'node');
  copy(licenceOfNode(), 'LICENSE.node');
  writeFileSync(join(top, 'skep'), LAUNCHER, { mode: 0o755 });

  mkdirSync(out, { recursive: true });
  const archive = join(out, `skep-agent-${version}-linux-${process.arch}.tgz`);
  const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go=rX'];
  const packed = spawnSync(
    'tar',
    [...same, '--use-compress-program=gzip -n', '-cf', archive, '-C', work, basename(top)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (packed.status !== 0) fail('tar failed');
  console.log(archive);
  console.log(`sha256 ${createHash('sha256').update(readFileSync(archive)).digest('hex')}`);
  console.log(
    `Node ${process.versions.node}, glibc ${process.report.getReport().header.glibcVersionCompiler} or later`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
