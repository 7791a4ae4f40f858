import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createInbox, leaveIntent } from '../../../src/controller/store/inbox.ts';
import type { ClusterName } from '../../../src/model/ids.ts';
import type { Intent } from '../../../src/model/record.ts';
import { collectEvents } from '../loop/support/collect-events.ts';

const DEMO = 'demo' as ClusterName;
const intent = (id: string, at = 1): Intent => ({ id, kind: 'pause', by: 'ops', at, reason: 'why not', until: null });

function setUp() {
  const state = mkdtempSync(join(tmpdir(), 'skep-inbox-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const sink = collectEvents();
  return { state, sink, inbox: createInbox(state, sink) };
}

describe('the inbox', () => {
  it('holds what a command left, oldest first, until it is removed', async () => {
    const { state, inbox } = setUp();
    expect(await inbox.list()).toEqual([]);
    await leaveIntent(state, { cluster: DEMO, intent: intent('second', 2) });
    await leaveIntent(state, { cluster: DEMO, intent: intent('first', 1) });
    await leaveIntent(state, { cluster: DEMO, intent: intent('first', 1) });
    expect((await inbox.list()).map((pending) => pending.intent.id)).toEqual(['first', 'second']);
    expect((await inbox.list())[0]).toEqual({ cluster: DEMO, intent: intent('first') });
    await inbox.remove('first');
    await inbox.remove('first');
    expect((await inbox.list()).map((pending) => pending.intent.id)).toEqual(['second']);
    expect(await readdir(inbox.directory)).toEqual(['second.json']);
  });

  it('moves aside what it cannot read, says so once, and goes on', async () => {
    const { sink, state, inbox } = setUp();
    await leaveIntent(state, { cluster: DEMO, intent: intent('good') });
    const file = { id: 'x', cluster: 'demo', intent: intent('x') };
    const bad = {
      'half.json': '{"id": "ha',
      'kind.json': JSON.stringify({ ...file, id: 'kind', intent: { ...intent('kind'), kind: 'explode' } }),
      'other.json': JSON.stringify(file),
      'path.json': JSON.stringify({ ...file, id: 'path', cluster: '../demo', intent: intent('path') }),
      'big.json': `"${'x'.repeat(70_000)}"`,
    };
    for (const [name, text] of Object.entries(bad)) await writeFile(join(inbox.directory, name), text);
    await writeFile(join(inbox.directory, '.half.json.1.1.tmp'), '{');
    expect(await inbox.list()).toHaveLength(1);
    expect(await inbox.list()).toHaveLength(1);
    expect(sink.codes()).toEqual(Array(5).fill('SKP416'));
    expect((await readdir(join(inbox.directory, 'unreadable'))).sort()).toEqual(Object.keys(bad).sort());
  });

  it('takes no intent that the other side could not read', async () => {
    const { state } = setUp();
    await expect(leaveIntent(state, { cluster: DEMO, intent: intent('../../etc/x') })).rejects.toThrow();
    await expect(leaveIntent(state, { cluster: 'NO' as ClusterName, intent: intent('x') })).rejects.toThrow();
  });
});
