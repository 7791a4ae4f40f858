import { describe, expect, it } from 'vitest';
import type { Planned } from '../../../src/cli/plan/planned.ts';
import { explainText } from '../../../src/cli/render/explain.ts';
import { noPaint } from '../../../src/cli/render/paint.ts';
import { planMarkdown } from '../../../src/cli/render/plan-markdown.ts';
import { planText } from '../../../src/cli/render/plan-text.ts';
import type { NodeId } from '../../../src/model/ids.ts';
import type { Road, RoadEstimate, RoadStep, StepNote } from '../../../src/model/plan.ts';
import { LEARNT } from '../../../src/model/step.ts';
import { aStatus } from '../support/status-builder.ts';

const NOTE: StepNote = { marginAfter: 1, blinks: [], waitMs: 0, takesMs: 0 };
const member = { node: 'n1' as NodeId, version: 1, hostname: 'demo-web-x1y2' };
const drain = (note: Partial<StepNote>): RoadStep => ({
  ...member,
  kind: 'set-node',
  availability: 'drain',
  labels: {},
  why: 'web: 2 declared, 3 there',
  note: { ...NOTE, ...note },
});
const promote: RoadStep = {
  ...member,
  kind: 'promote',
  why: '3 managers declared, 3 there',
  note: { ...NOTE, takesMs: 1_000 },
};
const ESTIMATE: RoadEstimate = { totalMs: 161_400, withoutToleranceMs: 0, basis: 'seen' };

function planned(batches: Road['batches'], estimate: Partial<RoadEstimate> = {}, isCut = false): Planned {
  const road: Road = {
    batches,
    isCut,
    estimate: { ...ESTIMATE, ...estimate },
    holds: [],
    differences: [],
    digest: 'd',
  };
  return { name: 'demo', provider: 'local', place: 'demo.yaml:1', warnings: [], road, observedAt: 0, blind: [] };
}
const text = (plan: Planned, width = 80): string[] => [...planText([plan], width, noPaint)];
const SERVICES = ['shop', 'api', 'search', 'mail', 'cart', 'pay'];

describe('what a step costs', () => {
  it('stands under its batch, in one line, with what matters of it', () => {
    const road = [[drain({ waitMs: 30_000, takesMs: 12_300, blinks: ['shop'] })], [promote], [drain({})]];
    expect(text(planned(road)).slice(2, -5)).toEqual([
      '  The road, 3 batches:',
      '  1. drain demo-web-x1y2  (web: 2 declared, 3 there)',
      '     → after 30s, takes about 12s, shop blinks',
      '  2. promote demo-web-x1y2  (3 managers declared, 3 there)',
      '     → margin 1 after it',
      '  3. drain demo-web-x1y2  (web: 2 declared, 3 there)',
    ]);
  });

  it('is summed up beneath, with the time without tolerance', () => {
    const lines = text(planned([[promote]], { withoutToleranceMs: 64_000 }));
    expect(lines).toContain('  in all about 2m41s, by what was seen in this cluster');
    expect(lines).toContain('  1m4s of it without tolerance: one manager lost then, and the swarm stops');
  });

  it('is said to be more when the road is cut, and to be a guess when nothing was seen', () => {
    const lines = text(planned([[promote]], { basis: 'defaults' }, true));
    expect(lines).toContain('  The road, 1 batch and more:');
    expect(lines).toContain('  in all more than 2m41s, by defaults: nothing was seen in this cluster yet');
  });

  it.each([40, 80, 200])('fits into %i columns, however many services blink', (width) => {
    const lines = text(planned([[drain({ waitMs: 5_400_000, takesMs: 12_000, blinks: SERVICES })]]), width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    const all = lines.map((line) => line.trim()).join(' ');
    expect(all).toContain('→ after 1h30m, takes about 12s, shop, api, search, mail and 2 more blink');
  });

  it('is summed up by explain, which goes by the status file', () => {
    const step = { kind: 'promote', what: 'promote demo-managers-x1y2', why: '1 managers declared, 1 there' };
    const estimate = { ...ESTIMATE, withoutToleranceMs: 2_000, isCut: false };
    const note = { kind: 'write-record', what: 'write the record', why: LEARNT };
    const road = [note, step, note, step];
    const file = aStatus('demo', { plan: { digest: 'd', nextBatch: [note, step], road, estimate } });
    const lines = explainText(file, { now: 0, alive: true }, 80, noPaint);
    expect(lines).toContain('  * in all about 2m41s, by what was seen in this cluster');
    expect(lines).toContain('  * then 1 more (skep plan shows all)');
    expect(lines.join()).not.toContain('write the record');
    expect(lines).toContain('  * 2s of it without tolerance: one manager lost then, and the swarm stops');
  });

  it('is code in markdown, so that the name of a service is no markup', () => {
    const plan = planned([[drain({ blinks: ['<b>`'] })]], { withoutToleranceMs: 2_000 });
    const lines = planMarkdown([plan]);
    expect(lines).toContain('   → `` <b>` blinks ``  ');
    expect(lines).toContain('* in all about 2m41s, by what was seen in this cluster');
  });
});
