import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
let program = '';

// It is fetched once, with moto: 60 s.
beforeAll(async () => {
  program = (await run(at('test/env/stand-ins'), ['cfn-lint'])).stdout.trim();
}, 300_000);

it.each(['account', 'base', 'pool'])('cfn-lint finds nothing in %s.yaml', async (name) => {
  const template = at(`manifests/cloudformation/${name}.yaml`);
  const { stdout } = await run(program, ['--regions', 'us-east-1', 'eu-west-3', '--', template]);
  expect(stdout.trim()).toBe('');
});
