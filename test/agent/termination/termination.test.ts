import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetadata, type Metadata } from '../../../src/agent/metadata.ts';
import { createTermination, hookDuty, isGoing } from '../../../src/agent/termination/termination.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { EventCode, EventData } from '../../../src/base/events.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { fail, ok, type Result } from '../../../src/base/result.ts';
import { createVirtualClock, type VirtualClock } from '../../../src/base/virtual-clock.ts';
import type { ClusterName, MachineId, NodeId } from '../../../src/model/ids.ts';
import type { EngineView } from '../../../src/model/observed.ts';
import type { Problem } from '../../../src/model/problem.ts';
import type { TerminationHook } from '../../../src/providers/aws/termination-hook.ts';
import { aSwarm } from '../../support/builders.ts';
import { type InstanceMetadata, startInstanceMetadata } from '../../support/instance-metadata.ts';
import { createMemoryTable } from '../../support/memory-table.ts';

const engine: EngineView = {
  version: '28.5.2',
  swarm: 'active',
  nodeId: 'n1' as NodeId,
  isManager: false,
  error: null,
};
const left: EngineView = { ...engine, swarm: 'inactive', nodeId: null };
const terminating = { cause: 'terminating', at: null } as const;

describe('a termination hook', () => {
  it.each([
    ['a member', engine, 'heartbeat'],
    ['a member whose certificate ran out', { ...engine, swarm: 'error' } as const, 'heartbeat'],
    ['one that is joining', { ...engine, swarm: 'pending' } as const, 'heartbeat'],
    ['one that is locked', { ...engine, swarm: 'locked' } as const, 'heartbeat'],
    ['nobody knows, its engine does not answer', null, 'heartbeat'],
    ['one that has left, or never joined', left, 'complete'],
  ])('of %s', (_, view, duty) => {
    expect(hookDuty(terminating, view)).toBe(duty);
  });

  it('is nobody’s business before the group terminates the instance', () => {
    for (const notice of [null, { cause: 'spot', at: 1 }, { cause: 'rebalance', at: 1 }] as const)
      expect(hookDuty(notice, left)).toBeNull();
  });

  it('says that the node goes, other than a recommendation', () => {
    expect([null, { cause: 'rebalance', at: 1 } as const].map(isGoing)).toEqual([false, false]);
    expect([terminating, { cause: 'spot', at: 1 } as const].map(isGoing)).toEqual([true, true]);
  });
});

let service: InstanceMetadata;
let clock: VirtualClock;
let stop: AbortController;
let calls: string[];
let events: [EventCode, EventData][];
let answer: Result<void, Problem>;
let now: Result<EngineView, Problem>;
let looks: number;
/** Metadata requests under way: they go over a socket, in real time. */
let asking = 0;

function counted({ read }: Metadata): Metadata {
  return {
    async read(path, signal) {
      asking += 1;
      return read(path, signal).finally(() => {
        asking -= 1;
      });
    },
  };
}

beforeEach(async () => {
  service = await startInstanceMetadata({
    instanceId: 'i-1',
    zone: 'eu-west-3b',
    address: '10.0.1.7',
    lifecycle: 'spot',
  });
  clock = createVirtualClock(1_700_000_000_000, async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (asking > 0);
  });
  stop = new AbortController();
  [calls, events, answer, now, looks] = [[], [], ok(undefined), ok(engine), 0];
});
afterEach(() => service.close());

const at = (): number => Math.round(clock.monotonic() / 1_000);
const note = (duty: string) => async () => {
  calls.push(`${at()} ${duty}`);
  return answer;
};

async function running(hook: TerminationHook | null, act: (leaving: () => unknown) => Promise<void>): Promise<void> {
  const termination = createTermination({
    cluster: 'one' as ClusterName,
    machine: 'm1' as MachineId,
    table: createMemoryTable(),
    look: async () => {
      looks += 1;
      return ok(aSwarm());
    },
    engine: async () => now,
    metadata: counted(createMetadata({ clock: systemClock, endpoint: service.url })),
    hook,
    clock,
    random: seededRandom(1),
    sink: { emit: (code, data = {}) => void events.push([code, data]) },
  });
  const run = termination.run(stop.signal);
  await clock.step(0);
  await act(termination.leaving);
  stop.abort();
  await run;
}
const hook = (): TerminationHook => ({ heartbeat: note('heartbeat'), complete: note('complete') });
const steps = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await clock.step(5_000);
};

describe('termination', () => {
  it('is seen within 5 s, said once, and the hook is kept until the node has left its swarm', async () => {
    await running(hook(), async (leaving) => {
      await steps(2);
      expect([leaving(), calls, events]).toEqual([null, [], []]);
      service.announced.target = 'Terminated';
      await steps(30);
      expect(leaving()).toEqual(terminating);
      expect(calls).toEqual(['15 heartbeat', '75 heartbeat', '135 heartbeat']);
      now = ok(left);
      await steps(5);
      expect(calls.slice(3)).toEqual(['165 complete']);
      expect(events.map(([code]) => code)).toEqual(['SKP607', 'SKP608']);
    });
  });

  it('asks again after 15 s when the hook could not be told, and says so once', async () => {
    answer = fail({ kind: 'refused', field: null, detail: 'no such action' });
    service.announced.target = 'Terminated';
    await running(hook(), async () => {
      await steps(7);
      now = ok(left);
      await steps(4);
      expect(calls).toEqual(['0 heartbeat', '15 heartbeat', '30 heartbeat', '40 complete', '55 complete']);
      expect(events.map(([code, { what }]) => `${code} ${what}`)).toEqual([
        'SKP607 its Auto Scaling group terminates it',
        'SKP605 heartbeat of the termination hook: no such action',
        'SKP605 complete of the termination hook: no such action',
      ]);
    });
  });

  it('stands when the metadata cannot be read any more, and when the engine is silent', async () => {
    service.announced.target = 'Terminated';
    await running(hook(), async (leaving) => {
      now = fail({ kind: 'unreachable', what: 'the engine', detail: 'x' });
      service.next.push(403, 403, 403);
      await steps(1);
      expect(leaving()).toEqual(terminating);
      await steps(12);
      expect(calls).toEqual(['0 heartbeat', '60 heartbeat']);
    });
  });

  it('of a spot instance is said with its time; only a manager looks whether it may leave raft', async () => {
    service.announced.spot = { action: 'terminate', time: '2026-11-20T08:22:00Z' };
    await running(null, async (leaving) => {
      await steps(1);
      expect(leaving()).toEqual({ cause: 'spot', at: Date.parse('2026-11-20T08:22:00Z') });
      expect([calls, looks]).toEqual([[], 0]);
      now = ok({ ...engine, isManager: true });
      await steps(2);
      expect(looks).toBe(2);
    });
  });

  it('that is only recommended changes nothing but the report', async () => {
    service.announced.rebalance = { noticeTime: '2026-11-20T08:22:00Z' };
    now = ok({ ...engine, isManager: true });
    await running(hook(), async (leaving) => {
      await steps(3);
      expect(leaving()).toMatchObject({ cause: 'rebalance' });
      expect([calls, looks]).toEqual([[], 0]);
    });
  });
});
