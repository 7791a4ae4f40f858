import { describe, expect, it } from 'vitest';
import type { Fleet } from '../../../src/cli/files/status-files.ts';
import { drawTree } from '../../../src/cli/render/branch.ts';
import { fleetTree } from '../../../src/cli/render/fleet-tree.ts';
import { createPaint, noPaint } from '../../../src/cli/render/paint.ts';
import { columnsOf } from '../../../src/cli/render/wrap.ts';
import type { StatusFile } from '../../../src/model/status.ts';
import { LEARNT } from '../../../src/model/step.ts';
import { NOW } from '../support/cli-context.ts';
import { aController, aNode, aStatus } from '../support/status-builder.ts';

const fleetOf = (clusters: readonly StatusFile[]): Fleet => ({
  clusters,
  source: null,
  controller: aController(),
  unreadable: [],
});

const draw = (fleet: Fleet, width: number, all = false) =>
  drawTree(fleetTree(fleet, { now: NOW, all }), width, noPaint).join('\n');

const troubled = () =>
  aStatus('edge', {
    phase: 'Held',
    because: 'held: remove edge-web-a1a1, because it holds local data; released by: an edit; looks again at noon.',
    holds: [
      {
        reason: 'LocalDataHeld',
        what: 'remove edge-web-a1a1',
        why: 'volume pg of service db lives there',
        since: new Date(NOW - 200_000).toISOString(),
        release: 'set localData: Discard on pool web, or scale it up again',
      },
    ],
    nodes: [
      aNode('edge-managers-m1m1', { pool: 'managers', role: 'manager', state: 'leader' }),
      aNode('edge-web-b2b2', { state: 'down', message: 'its engine does not answer' }),
      aNode('edge-web-c3c3', { state: 'joining' }),
      aNode('edge-web-d4d4'),
      aNode('edge-web-a1a1'),
    ],
    pools: [
      { name: 'managers', role: 'manager', declared: 1, machines: 1, ready: 1, outdated: 0 },
      { name: 'web', role: 'worker', declared: 3, machines: 4, ready: 2, outdated: 0 },
    ],
  });

describe('the tree', () => {
  it('shows what comes next, without the notes that skep makes for itself', () => {
    const note = { kind: 'write-record', what: 'write the record', why: LEARNT };
    const made = { kind: 'grow-pool', what: 'make 1 machine in web: a', why: 'web: 2 declared, 1 there' };
    const planned = (...nextBatch: { kind: string; what: string; why: string }[]) =>
      draw(fleetOf([aStatus('a', { phase: 'Updating', plan: { digest: 'd', nextBatch, road: [] } })]), 80);
    expect(planned(note, made)).toContain('make 1 machine');
    expect(planned(note, made)).not.toContain('write the record');
    expect(planned(note)).not.toContain('next');
  });

  it('opens a ready cluster that has a notice, with what prevents the trouble', () => {
    const notices = [{ kind: 'DiskLow', what: 'little is left', cure: 'make room' }] as const;
    const text = draw(fleetOf([aStatus('a', { notices: [...notices] }), aStatus('b')]), 80);
    expect(text).toContain('! little is left\n');
    expect(text).toContain('cure: make room');
    expect(text).not.toContain('b-web-a1a1');
  });

  it('puts trouble first and folds nodes that look alike, at 80 columns', () => {
    expect(
      draw(fleetOf([aStatus('demo', { provider: 'simulated', simulated: true }), troubled()]), 80),
    ).toMatchInlineSnapshot(`
      "! edge  Held  3 of 4 nodes ready  local
      ├─ held: remove edge-web-a1a1, because it holds local data; released by: an
      │   edit; looks again at noon.
      ├─ ! held: remove edge-web-a1a1  LocalDataHeld, for 3m20s
      │  ├─ why: volume pg of service db lives there
      │  └─ release: set localData: Discard on pool web, or scale it up again
      ├─ web  2 of 3 ready, 4 machines
      │  ├─ ✗ 1 node down: edge-web-b2b2
      │  │  └─ its engine does not answer
      │  ├─ ◐ ▰▰▱▱ 1 node joining: edge-web-c3c3
      │  └─ ✓ 2 nodes ready: edge-web-d4d4, edge-web-a1a1
      └─ managers  1 of 1 ready, quorum 1, margin 0
         └─ ✓ 1 node ready: edge-managers-m1m1 (leads)
      ✓ demo  Ready  3 of 3 nodes ready  (simulated)"
    `);
  });

  it('uses the room of 200 columns', () => {
    expect(draw(fleetOf([troubled()]), 200)).toMatchInlineSnapshot(`
      "! edge  Held  3 of 4 nodes ready  local
      ├─ held: remove edge-web-a1a1, because it holds local data; released by: an edit; looks again at noon.
      ├─ ! held: remove edge-web-a1a1  LocalDataHeld, for 3m20s
      │  ├─ why: volume pg of service db lives there
      │  └─ release: set localData: Discard on pool web, or scale it up again
      ├─ web  2 of 3 ready, 4 machines
      │  ├─ ✗ 1 node down: edge-web-b2b2
      │  │  └─ its engine does not answer
      │  ├─ ◐ ▰▰▱▱ 1 node joining: edge-web-c3c3
      │  └─ ✓ 2 nodes ready: edge-web-d4d4, edge-web-a1a1
      └─ managers  1 of 1 ready, quorum 1, margin 0
         └─ ✓ 1 node ready: edge-managers-m1m1 (leads)"
    `);
  });

  it('never draws past the width, and colour does not change what is drawn', () => {
    for (const width of [40, 80, 200]) {
      const branches = fleetTree(fleetOf([troubled(), aStatus()]), { now: NOW, all: true });
      const lines = drawTree(branches, width, noPaint);
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is taken out
      const bare = drawTree(branches, width, createPaint(true)).map((line) => line.replace(/\x1b\[\d+m/g, ''));
      expect(bare).toEqual(lines);
    }
  });

  it('folds many ready clusters into one line, simulated ones apart', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const real = names.map((name) => aStatus(name));
    const simulated = names.map((name) => aStatus(`sim-${name}`, { provider: 'simulated', simulated: true }));
    expect(draw(fleetOf([...real, ...simulated]), 80)).toMatchInlineSnapshot(`
      "✓ 6 clusters ready: a, b, c, d, e, f
      ✓ 6 clusters ready (simulated): sim-a, sim-b, sim-c, sim-d, sim-e, sim-f"
    `);
  });

  it('shows progress for a node on its way', () => {
    const file = aStatus('demo', {
      phase: 'Creating',
      because: 'join demo-web-a1a1 as a worker.',
      nodes: [aNode('demo-web-a1a1', { state: 'booting' }), aNode('demo-web-b2b2', { state: 'booting' })],
      pools: [{ name: 'web', role: 'worker', declared: 2, machines: 2, ready: 0, outdated: 0 }],
      managers: null,
    });
    expect(draw(fleetOf([file]), 80)).toMatchInlineSnapshot(`
      "◐ demo  Creating  0 of 2 nodes ready  local
      ├─ join demo-web-a1a1 as a worker.
      └─ web  0 of 2 ready
         └─ ◐ ▰▱▱▱ 2 nodes booting: demo-web-a1a1, demo-web-b2b2"
    `);
  });

  it('says when no controller is running, what is wrong with files, and which deletions are held', () => {
    const fleet: Fleet = {
      clusters: [],
      unreadable: ['x.json: no JSON'],
      controller: aController({ beatAt: new Date(NOW - 120_000).toISOString() }),
      source: {
        apiVersion: 'skep/v1alpha1',
        kind: 'SourceStatus',
        directory: '/specs',
        commit: null,
        complete: false,
        vanished: false,
        documents: 1,
        complaints: ['a.yaml:3:5: unknown key "cuont"'],
        conflicts: [{ name: 'twin', places: ['a.yaml:1', 'b.yaml:1'] }],
        heldDeletions: [{ name: 'old', why: 'nobody confirmed', release: 'skep confirm old' }],
      },
    };
    expect(draw(fleet, 80)).toMatchInlineSnapshot(`
      "! no controller is running  last seen 2m ago; what follows is as it was left
      ✗ a.yaml:3:5: unknown key "cuont"
      ✗ two documents are called twin: a.yaml:1, b.yaml:1  neither is in force
      ! deletion of old is held  nobody confirmed
      └─ release: skep confirm old
      ? x.json: no JSON"
    `);
  });

  it('does not let texts from outside steer the terminal', () => {
    const file = aStatus('demo', { because: '\u001b[2J\u001b]0;owned\u0007 done\u202e' });
    const text = draw(fleetOf([file]), 200, true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07 done\\u202e');
  });
});
