import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../src/base/virtual-clock.ts';
import { createProcess } from '../../src/simulation/process.ts';

function aProcess() {
  const clock = createVirtualClock(0);
  const deaths: string[] = [];
  const process = createProcess('one', clock, (door, side) => void deaths.push(`${side} ${door}`));
  const heard: string[] = [];
  const ask = (what: string, done: string[] = []) =>
    void process.through(what, async () => void done.push(what)).then(() => heard.push(what));
  return { clock, process, deaths, heard, ask };
}

describe('a simulated process', () => {
  it('dies before the call that was drawn: it does not happen, and nothing is heard', async () => {
    const { clock, process, deaths, heard, ask } = aProcess();
    const done: string[] = [];
    process.doom(2, 'before');
    for (const call of ['first', 'second', 'third']) ask(call, done);
    await clock.settle();
    expect([done, heard, deaths]).toEqual([['first'], [], ['before second']]);
    expect(process.state()).toBe('dead');
  });

  it('dies after it: it happened, and nobody heard', async () => {
    const { clock, process, deaths, heard, ask } = aProcess();
    const done: string[] = [];
    process.doom(1, 'after');
    ask('first', done);
    await clock.settle();
    expect([done, heard, deaths]).toEqual([['first'], [], ['after first']]);
  });

  it('that is suspended hears everything when it goes on: its timers too, at once', async () => {
    const { clock, process, heard, ask } = aProcess();
    void process.clock.sleep(1_000).then(() => heard.push(`woke at ${clock.now()}`));
    process.pause();
    ask('call');
    process.callBack(() => void heard.push('hint'));
    await clock.step(60_000);
    expect(heard).toEqual([]);
    process.resume();
    await clock.settle();
    expect([...heard].sort()).toEqual(['call', 'hint', 'woke at 60000']);
  });
});
