import { describe, expect, it } from 'vitest';
import type { Fleet } from '../../../src/cli/files/status-files.ts';
import { describeChanges } from '../../../src/cli/live/changes.ts';
import { createRedraw } from '../../../src/cli/live/redraw.ts';
import { drawLive } from '../../../src/cli/live.ts';
import { createBench, createOutput } from '../support/cli-context.ts';
import { aController, aNode, aStatus, putController, putStatus } from '../support/status-builder.ts';

const creating = (ready: number, because = 'waits for demo-web-b2b2; not ready since 14:00; looks again at 14:03.') =>
  aStatus('demo', {
    phase: 'Creating',
    because,
    pools: [{ name: 'web', role: 'worker', declared: 2, machines: 2, ready, outdated: 0 }],
    nodes: [aNode('demo-web-a1a1'), aNode('demo-web-b2b2', { state: ready === 2 ? 'ready' : 'joining' })],
  });
const fleet = (...clusters: Fleet['clusters']): Fleet => ({
  clusters,
  source: null,
  controller: aController(),
  unreadable: [],
});

describe('lines where there is no terminal', () => {
  it('say each change once, without when it looks again', () => {
    expect(describeChanges(null, fleet(creating(1)), false)).toEqual([
      'demo  Creating  1 of 2 nodes ready: waits for demo-web-b2b2; not ready since 14:00',
    ]);
    const later = creating(1, 'waits for demo-web-b2b2; not ready since 14:00; looks again at 14:09.');
    expect(describeChanges(fleet(creating(1)), fleet(later), false)).toEqual([]);
  });

  it('tell the steps of nodes when asked', () => {
    expect(describeChanges(fleet(creating(1)), fleet(creating(2)), true)).toEqual([
      'demo  node demo-web-b2b2  joining → ready',
      'demo  Creating  2 of 2 nodes ready: waits for demo-web-b2b2; not ready since 14:00',
    ]);
  });

  it('mark simulated clusters and say when one is gone', () => {
    const simulated = aStatus('demo', { provider: 'simulated', simulated: true });
    expect(describeChanges(null, fleet(simulated), false)).toEqual([
      'demo (simulated)  Ready  3 of 3 nodes ready: everything is as declared.',
    ]);
    expect(describeChanges(fleet(simulated), fleet(), false)).toEqual(['demo  its status file is gone']);
  });

  it('are written with the time as files change', async () => {
    const { dir, clock, stop, stdout } = await createBench();
    await putController(dir);
    await putStatus(dir, creating(1));
    const live = drawLive({ statusDir: `${dir}/status`, stdout, env: {}, clock, signal: stop.signal });
    await clock.until(() => stdout.text() !== '', 5_000);
    await putStatus(dir, aStatus());
    await clock.until(() => stdout.text().split('\n').length > 2, 5_000);
    stop.abort();
    await live;
    expect(stdout.text()).toMatch(/^\d\d:\d\d:\d\d demo {2}Creating .*\n\d\d:\d\d:\d\d demo {2}Ready .*\n$/);
  });
});

describe('the picture on a terminal', () => {
  it('is drawn over itself, and not at all when nothing changed', () => {
    const output = createOutput({ columns: 80, rows: 10 });
    const picture = createRedraw(output);
    picture.draw(['a', 'b']);
    picture.draw(['a', 'b']);
    picture.draw(['c']);
    picture.finish();
    expect(output.text()).toBe('\x1b[?25la\x1b[K\nb\x1b[K\n\x1b[J\x1b[2Ac\x1b[K\n\x1b[J\x1b[?25h');
  });

  it('is cut to the window', () => {
    const output = createOutput({ columns: 80, rows: 4 });
    createRedraw(output).draw(['a', 'b', 'c', 'd', 'e']);
    expect(output.text()).toBe('\x1b[?25la\x1b[K\nb\x1b[K\n… 3 more lines (skep status)\x1b[K\n\x1b[J');
  });

  it('gives the cursor back at the end', async () => {
    const { dir, clock, stop } = await createBench();
    const stdout = createOutput({ columns: 80, rows: 20 });
    const live = drawLive({
      statusDir: `${dir}/status`,
      stdout,
      env: { NO_COLOR: '1' },
      clock,
      signal: stop.signal,
      own: true,
    });
    await clock.until(() => stdout.text().includes('no clusters yet'), 5_000);
    await putStatus(dir, aStatus());
    await clock.until(() => stdout.text().includes('✓ demo'), 5_000);
    stop.abort();
    await live;
    expect(stdout.text().endsWith('\x1b[?25h')).toBe(true);
    expect(stdout.text()).not.toContain('\x1b[3');
  });
});
