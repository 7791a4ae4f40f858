import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { StatusFile } from '../../src/model/status.ts';

/**
 * The pipelines as a runner runs them: their own lines, in a repository with an example, with the built program.
 * `npm root --global` is answered by a stub; everything else is real.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NO_DOCKER = 'unix:///nonexistent.sock';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let place: string;
let repository: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'skep-ci-'));
  await mkdir(join(place, 'bin'));
  await mkdir(join(place, 'modules'));
  await symlink(ROOT, join(place, 'modules', 'skep'));
  await stub('skep', `exec "${process.execPath}" "${join(ROOT, 'bin/skep.js')}" "$@"`);
  await stub('npm', `[ "$*" = "root --global" ] && echo "${join(place, 'modules')}"`);
});
afterAll(() => rm(place, { recursive: true, force: true }));
beforeEach(async () => {
  repository = await mkdtemp(join(place, 'repository-'));
  await mkdir(join(repository, 'clusters'));
  const example = await readFile(join(ROOT, 'manifests/examples/simulated.yaml'), 'utf8');
  const small = example.replace('count: 5', 'count: 1').replace('count: 20', 'count: 1').replace('2s', '100ms');
  await writeFile(join(repository, 'clusters/simulated.yaml'), small);
});

async function stub(name: string, script: string): Promise<void> {
  const path = join(place, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

function run(command: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { GITHUB_ACTIONS: _, GITHUB_OUTPUT: __, GITHUB_STEP_SUMMARY: ___, ...own } = process.env;
  const PATH = `${join(place, 'bin')}:${own.PATH}`;
  return new Promise((resolve) => {
    const options = { cwd: repository, env: { ...own, PATH, DOCKER_HOST: NO_DOCKER, ...env } };
    execFile('sh', ['-c', command], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

const pipeline = (file: string) => parse(readFileSync(join(ROOT, 'manifests/ci', file), 'utf8'));
const githubRun = (job: string, step: string): string =>
  pipeline('github.yml').jobs[job].steps.find(({ name }: { name?: string }) => name === step).run;
const gitlabLine = (job: string, script: string): string =>
  pipeline('gitlab-ci.yml')[job].script.find((line: string) => line.includes(`/${script}.sh`));

/** The lines by which each pipeline does it. */
const LINES = {
  github: { validate: githubRun('plan', 'Validate'), plan: githubRun('plan', 'Plan'), wait: githubRun('wait', 'Wait') },
  gitlab: {
    validate: gitlabLine('skep plan', 'validate'),
    plan: gitlabLine('skep plan', 'plan'),
    wait: gitlabLine('skep wait', 'wait'),
  },
} as const;

const path = (name: string): string => join(repository, name);
const edit = async (change: (text: string) => string): Promise<void> => {
  const text = await readFile(path('clusters/simulated.yaml'), 'utf8');
  const next = change(text);
  expect(next).not.toBe(text);
  await writeFile(path('clusters/simulated.yaml'), next);
};
const converge = () => run('skep run --once --log-level error');
const nameOf = async () => /name: (\S+)/.exec(await readFile(path('clusters/simulated.yaml'), 'utf8'))?.[1] ?? '';

describe.each(['github', 'gitlab'] as const)('the pipeline for %s', (where) => {
  const lines = LINES[where];

  it('goes from a new document to a waited-for change', async () => {
    expect(await run(lines.validate)).toMatchObject({ code: 0, stdout: '1 document in 1 file: good.\n' });

    await mkdir(path('status'));
    const made = await run(lines.plan);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^### skep plan: \d+ to make, 0 to change, 0 to take away\n/);
    expect(await readFile(path('skep-plan.md'), 'utf8')).toBe(made.stdout);

    expect((await converge()).code).toBe(0);
    expect(await run(lines.wait)).toMatchObject({ code: 0 });
    expect((await run(lines.plan)).stdout).toMatch(/^### skep plan: no changes\n/);

    await edit((text) =>
      text.replace(/(workers:[\s\S]*?count: )(\d+)/, (_, before, count) => `${before}${Number(count) + 1}`),
    );
    const grown = await run(lines.plan);
    expect(grown.code).toBe(0);
    expect(grown.stdout).toMatch(/^### skep plan: 1 to make/);
    const late = await run(lines.wait, { TIMEOUT: '1s' });
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('has not seen this version');

    await rename(path('clusters/simulated.yaml'), path('kept.yaml'));
    const gone = await run(lines.plan);
    expect(gone.code).toBe(0);
    expect(gone.stdout).toContain('its document is gone');
  });

  it('fails on a broken file, at its line and column', async () => {
    await edit((text) => text.replace('count:', 'cuont:'));
    const { code, stdout } = await run(lines.validate);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^clusters\/simulated\.yaml:\d+:\d+: unknown key "cuont"/m);
    await mkdir(path('status'));
    expect((await run(lines.plan)).code).toBe(2);
    expect((await run(lines.wait)).code).toBe(2);
  });
});

describe('on GitHub', () => {
  const github = { GITHUB_ACTIONS: 'true' };

  it('a complaint is an annotation, and nothing of a file is a command to the runner', async () => {
    await edit((text) => text.replace('count:', '"%,cuont":'));
    await rename(path('clusters/simulated.yaml'), path('clusters/a,b.yaml'));
    const { code, stdout } = await run(LINES.github.validate, github);
    expect(code).toBe(2);
    const [first = '', ...rest] = stdout.trimEnd().split('\n');
    const token = /^::stop-commands::([0-9a-f]{32})$/.exec(first)?.[1];
    expect(token).toBeDefined();
    const end = rest.indexOf(`::${token}::`);
    expect(rest.slice(0, end).join('\n')).toMatch(/^clusters\/a,b\.yaml:\d+:\d+: /);
    expect(rest.slice(end + 1).join('\n')).toMatch(
      /^::error file=clusters\/a%2Cb\.yaml,line=\d+,col=\d+::unknown key "%25,cuont"/m,
    );
  });

  it('the plan stands in the summary, and the output says whether it is pending', async () => {
    await mkdir(path('status'));
    const env = { ...github, GITHUB_STEP_SUMMARY: path('summary'), GITHUB_OUTPUT: path('output'), PLAN: 'p.md' };
    expect((await run(LINES.github.plan, env)).code).toBe(0);
    expect(await readFile(path('summary'), 'utf8')).toBe(await readFile(path('p.md'), 'utf8'));
    expect(await readFile(path('output'), 'utf8')).toBe('pending=true\n');
  });
});

describe('the plan', () => {
  it('fails when a look had failed as the status was written, and when there is no status at all', async () => {
    expect((await converge()).code).toBe(0);
    const file = path(`status/${await nameOf()}.json`);
    const status: StatusFile = JSON.parse(await readFile(file, 'utf8'));
    const failed = { ok: false, problem: { kind: 'unreachable', what: 'x', detail: 'y' } };
    status.status.observation = { ...(status.status.observation as object), infrastructure: failed, swarm: failed };
    await writeFile(file, JSON.stringify(status));
    expect(await run(LINES.github.plan)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('take a later one'),
    });
    expect((await run(LINES.github.plan, { STATUS: 'nowhere' })).code).toBe(2);
  });
});
