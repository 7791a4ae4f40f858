// run-tests: what `npm test` runs: the unit tests, the searches and the built program anywhere; the suites on stand-ins for AWS
// and on real engines where this machine can carry them.
//
// Usage: node test/env/run-tests.mjs [vitest arguments]
// Says at the end what it skipped and why. With SKEP_TEST_REQUIRE_ALL=1 nothing may be skipped: that fails the run.
// Reports go to .test-results/<project>.json.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const required = process.env.SKEP_TEST_REQUIRE_ALL === '1';
const more = process.argv.slice(2);
mkdirSync(`${root}/.test-results`, { recursive: true });

/** Null: all tools are here. Else which are not. */
function lack(tools) {
  const folders = `${process.env.PATH}:/usr/sbin:/sbin`.split(':');
  const missing = tools.filter((tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)));
  return missing.length > 0 ? `missing: ${missing.join(', ')} (test/env/setup installs them)` : null;
}

/** Null: real engines can run here. Else the reason why not. */
function hindrance() {
  if (process.platform !== 'linux') return 'real engines need Linux';
  if (process.getuid?.() !== 0) return 'real engines need root';
  return lack(['docker', 'iptables', 'ip', 'unshare', 'busybox', 'python3', 'dpkg-deb', 'apt-get']);
}

function run(project, args) {
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=.test-results/${project}.json`];
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, FORCE_COLOR: '0' } };
  const vitest = spawnSync(
    'node',
    ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...report, ...args],
    options,
  );
  return vitest.status === 0;
}

const why = hindrance();
const whyNoStores = lack(['java', 'mvn', 'python3', 'flock']);
let good = run('unit', more);
good = run('search', more) && good;
good = run('process', more) && good;
if (whyNoStores === null) good = run('stores', more) && good;
if (why === null) {
  // Node images are built once and kept; two suites that both build them would only wait for each other.
  for (const suite of ['bookworm', 'trixie', 'forky']) {
    const built = spawnSync(`${root}/test/env/node-image`, ['--tar', suite], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    good &&= built.status === 0;
  }
  good = run('real', more) && good;
}
console.log('');
if (why === null && whyNoStores === null) console.log('All suites ran.');
if (why !== null) console.log(`Skipped: the real-engine suites (test/real), because ${why}.`);
if (whyNoStores !== null) console.log(`Skipped: the suites on stand-ins (test/stores), because ${whyNoStores}.`);
if ((why !== null || whyNoStores !== null) && required) {
  console.log('SKEP_TEST_REQUIRE_ALL=1 allows no skip: failed.');
  good = false;
}
process.exit(good ? 0 : 1);
