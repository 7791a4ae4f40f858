import type { Clock } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { InfrastructureView } from '../model/observed.ts';
import type { Problem } from '../model/problem.ts';
import type { Call, Fault } from '../providers/simulated/faults.ts';
import type { CallFault, FaultKind } from './story.ts';

/** The faults that wait for their calls. Empty when it is quiet. */
export interface FaultBox {
  add(fault: CallFault): void;
  clear(): void;
  /** The fault that this call meets, if one waits for such. */
  take(method: string, isWrite: boolean): CallFault | null;
}

const LOOKS: readonly FaultKind[] = ['stale', 'partial'];

export function createFaultBox(onMet: (how: FaultKind, method: string) => void): FaultBox {
  let waiting: { readonly fault: CallFault; left: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.calls }),
    clear() {
      waiting = [];
    },
    take(method, isWrite) {
      const found = waiting.find(({ fault }) => fault.on === method || (fault.on === '*' && isWrite));
      if (!found) return null;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((one) => one !== found);
      onMet(found.fault.how, method);
      return found.fault;
    },
  };
}

export const isWrite = ({ port, method }: Pick<Call, 'port' | 'method'>): boolean =>
  port !== 'provider' && !['observe', 'list', 'read'].includes(method);

/** A fault as the simulated provider takes it; looks that lie are edited answers. */
export function faultOf({ how, ms }: CallFault, call: Call): Fault | null {
  const what = `${call.port} ${call.method}`;
  const refuse = (problem: Problem): Fault => ({ kind: 'refuse', problem });
  switch (how) {
    case 'refuse':
      return isWrite(call)
        ? refuse({ kind: 'refused', field: null, detail: 'not now' })
        : refuse({ kind: 'unreachable', what, detail: 'no route' });
    case 'unreachable':
      return refuse({ kind: 'unreachable', what, detail: 'no route' });
    case 'throttle':
      return refuse({ kind: 'throttled', retryAfterMs: ms });
    case 'conflict':
      return refuse({ kind: 'conflict', what });
    case 'late':
      return { kind: 'delay', ms };
    case 'lose':
      return { kind: 'lose' };
    case 'twice':
      return isWrite(call) ? { kind: 'twice' } : null;
    default:
      return null;
  }
}

type Answer = Result<unknown, Problem>;

/** A manager that lags behind, or answers from what it knew: our choice of what is still plausible, ms. */
const STALEST_MS = 5_000;

/** What one process's looks answer: as things are, as they were a moment ago, or with a machine that cannot be seen into. */
export function createLies(clock: Clock, pick: () => number) {
  const last = new Map<string, { readonly at: number; readonly answer: Answer }>();

  function withHidden(view: InfrastructureView): InfrastructureView {
    const hidden = view.machines[Math.floor(pick() * view.machines.length)];
    const seen = pick() < 0.5 ? ({ state: 'unknown', engine: null } as const) : ({ engine: null } as const);
    return { ...view, machines: view.machines.map((m) => (m === hidden ? { ...m, ...seen } : m)) };
  }

  return (call: Call, how: FaultKind | null): Fault => ({
    kind: 'edit',
    edit(answer) {
      const key = `${call.port}:${call.cluster}`;
      const before = last.get(key);
      last.set(key, { at: clock.monotonic(), answer });
      const isYoung = before !== undefined && clock.monotonic() - before.at <= STALEST_MS;
      if (how === 'stale' && isYoung) return before.answer;
      const isPartial = how === 'partial' && call.port === 'infrastructure' && answer.ok;
      return isPartial ? { ok: true, value: withHidden(answer.value as InfrastructureView) } : answer;
    },
  });
}

export const isLie = (how: FaultKind): boolean => LOOKS.includes(how);
