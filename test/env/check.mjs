// check: what `npm run check` runs: unit tests, types, format, import rules and dead code, beside each other.
//
// Usage: node test/env/check.mjs
// Says what each took; shows what failed whole. Exit 1 when anything did.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHECKS = [
  'vitest run --project unit --reporter=dot',
  'tsc --noEmit --incremental --tsBuildInfoFile node_modules/.cache/tsc.json',
  'biome ci --error-on-warnings .',
  'depcruise --config .dependency-cruiser.cjs src',
  'knip',
];
const cwd = fileURLToPath(new URL('../..', import.meta.url));
const env = { ...process.env, PATH: `${cwd}node_modules/.bin:${process.env.PATH}` };

/** True: it went well. */
function run(command) {
  const began = performance.now();
  return new Promise((resolve) => {
    const [program, ...args] = command.split(' ');
    const child = spawn(program, args, { cwd, env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    child.on('error', (error) => (said += error.message));
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${seconds} s  ${command}${code === 0 ? '' : `\n${said}`}`);
      resolve(code === 0);
    });
  });
}

const well = await Promise.all(CHECKS.map(run));
process.exit(well.every(Boolean) ? 0 : 1);
