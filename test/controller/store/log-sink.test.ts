import { describe, expect, it } from 'vitest';
import { fanOut, withFacts } from '../../../src/base/events.ts';
import { createLogSink } from '../../../src/controller/store/log-sink.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { collectEvents } from '../loop/support/collect-events.ts';

function lines(format: 'json' | 'pretty', level: 'debug' | 'warn' = 'debug') {
  const written: string[] = [];
  const clock = createFakeClock(Date.parse('2026-01-02T03:04:05Z'));
  const sink = createLogSink({ level, format, clock, write: (line) => void written.push(line), color: false });
  return { sink, written };
}

describe('the log', () => {
  it('is one JSON line per event, with its code, time and facts', () => {
    const { sink, written } = lines('json');
    sink.emit('SKP303', { cluster: 'demo', pass: 'p', term: 2, what: 'no room' });
    expect(written).toHaveLength(1);
    expect(written[0]?.endsWith('}\n')).toBe(true);
    expect(JSON.parse(written[0] ?? '')).toEqual({
      level: 'warn',
      time: '2026-01-02T03:04:05.000Z',
      code: 'SKP303',
      text: 'step met a problem: no room',
      what: 'no room',
      cluster: 'demo',
      pass: 'p',
      term: 2,
    });
  });

  it('is a line for people when asked', () => {
    const { sink, written } = lines('pretty');
    sink.emit('SKP303', { cluster: 'demo', what: 'no room' });
    expect(written).toEqual(['03:04:05 warn  demo step met a problem: no room SKP303\n']);
  });

  it.each(['json', 'pretty'] as const)('leaves out what is below the level (%s)', (format) => {
    const { sink, written } = lines(format, 'warn');
    sink.emit('SKP407');
    sink.emit('SKP403');
    expect(written).toHaveLength(1);
  });
});

describe('sinks together', () => {
  it('all hear of an event, also after one that throws, with the facts put on it', () => {
    const [a, b] = [collectEvents(), collectEvents()];
    const broken = {
      emit: () => {
        throw new Error('full');
      },
    };
    const sink = withFacts(fanOut([a, broken, b]), { cluster: 'demo', term: 1 });
    sink.emit('SKP302', { what: 'x', term: 2 });
    expect(b.events).toEqual([{ code: 'SKP302', data: { cluster: 'demo', term: 2, what: 'x' } }]);
    expect(a.events).toEqual(b.events);
  });
});
