import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../src/base/events.ts';
import type { CliContext } from '../src/cli/context.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { HOLD_REASONS } from '../src/model/hold.ts';
import { PHASES, statusFileSchema } from '../src/model/status.ts';
import { specFields } from './support/reference.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
].sort();
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Code of a page, line by line: spans and fenced blocks. */
function codeOf(page: string): readonly string[] {
  const text = textOf(page);
  const fences = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap((m) => (m[1] ?? '').split('\n'));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '');
  return [...fences, ...spans];
}

describe.each(pages)('%s', (page) => {
  it('has links that lead somewhere', () => {
    const broken = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((m) => m[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      });
    expect(broken).toEqual([]);
  });

  it('names only commands and flags that the program has', async () => {
    const commands = await commandsOfProgram();
    const wrong = codeOf(page).flatMap((line) =>
      [...line.matchAll(/(?:^|\s)skep ([a-z]+)([^|&;]*)/g)].flatMap(([, name = '', rest = '']) => {
        const flags = commands.get(name);
        if (!flags) return [`skep ${name}`];
        const own = rest.split(/\s--(?:\s|$)/)[0] ?? '';
        const unknown = [...own.matchAll(/(?:^|\s)(--?[a-z][a-z-]*)/g)].map((m) => m[1] ?? '');
        return unknown.filter((flag) => !flags.has(flag)).map((flag) => `skep ${name} ${flag}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('names only flags of some command where it names a flag alone', async () => {
    const all = new Set([...(await commandsOfProgram()).values()].flatMap((flags) => [...flags]));
    const wrong = codeOf(page)
      .flatMap((span) => /^(--[a-z][a-z-]*)/.exec(span)?.[1] ?? [])
      .filter((flag) => !all.has(flag) && !FOREIGN_FLAGS.includes(flag));
    expect(wrong).toEqual([]);
  });

  it('names only fields that a spec or a status has', () => {
    const known = new Set(specFields().map(({ path }) => path.replaceAll('[]', '')));
    const wrong = codeOf(page)
      .filter((span) => /^(spec|metadata|status)(\.[a-zA-Z]+)+$/.test(span.replaceAll('[]', '')))
      .map((span) => span.replaceAll('[]', ''))
      .filter((path) => !known.has(path) && !STATUS_FIELDS.has(path));
    expect(wrong).toEqual([]);
  });

  it('names only events that there are', () => {
    const codes = [...textOf(page).matchAll(/SKP\d{3}/g)].map((m) => m[0]);
    expect(codes.filter((code) => !Object.hasOwn(EVENTS, code))).toEqual([]);
  });
});

describe('docs/failure-modes.md', () => {
  const rows = textOf('docs/failure-modes.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Reason') && !line.startsWith('| What breaks'));

  it.each(HOLD_REASONS)('has a row for the hold %s', (reason) => {
    expect(rows.filter((row) => row.startsWith(`| \`${reason}\` |`))).toHaveLength(1);
  });

  it('has no row for a hold that there is not', () => {
    const named = rows.flatMap((row) => /^\| `([A-Za-z]+)` \|/.exec(row)?.[1] ?? []);
    expect(named.filter((reason) => !(HOLD_REASONS as readonly string[]).includes(reason))).toEqual([]);
  });

  it('names a test in every row', () => {
    const without = rows.filter((row) => !/\(\.\.\/test\/[^)]+\.test\.ts\)[^|]*\|$/.test(row.trim()));
    expect(without).toEqual([]);
  });
});

describe('docs/status.md', () => {
  const text = textOf('docs/status.md');

  it.each(PHASES)('explains the phase %s', (phase) => {
    expect(text).toContain(`\n| ${phase} |`);
  });

  it('has a row for every field of a status', () => {
    const top = Object.keys(statusFileSchema.shape.status.shape).map((key) => `\`status.${key}\``);
    expect(top.filter((field) => !text.includes(field))).toEqual([]);
  });
});

/** Flags of other programs that the pages speak of. */
const FOREIGN_FLAGS: readonly string[] = ['--update'];

const STATUS_FIELDS = new Set([
  ...Object.keys(statusFileSchema.shape.metadata.shape).map((key) => `metadata.${key}`),
  ...Object.keys(statusFileSchema.shape.status.shape).map((key) => `status.${key}`),
]);

/** As GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  if (!page.endsWith('.md')) return [];
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map((m) =>
    (m[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

let known: Promise<ReadonlyMap<string, ReadonlySet<string>>> | null = null;

/** Every command with its flags, as its own help says. */
function commandsOfProgram(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  known ??= readCommands();
  return known;
}

async function readCommands(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = [...(await helpOf([])).matchAll(/^ {2}([a-z]+)(?=[ |])/gm)]
    .map((m) => m[1] ?? '')
    .filter((name) => name !== 'help');
  const flags = names.map(async (name): Promise<[string, ReadonlySet<string>]> => {
    const help = await helpOf([name]);
    return [name, new Set([...help.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map((m) => m[0]))];
  });
  return new Map(await Promise.all(flags));
}

async function helpOf(command: readonly string[]): Promise<string> {
  const said: string[] = [];
  const out = { write: (more: string) => void said.push(more), isTTY: false, columns: () => 400, rows: () => 50 };
  const context = { stdout: out, stderr: out, env: {}, cwd: '/', version: '0.0.0' } as unknown as CliContext;
  expect(await runCli([...command, '--help'], context)).toBe(0);
  return said.join('');
}
