import { startController } from './controller.ts';
import type { Performed } from './machine-acts.ts';
import { createProcess, type SimulatedProcess } from './process.ts';
import { count, type Simulation } from './simulation.ts';
import type { What } from './story.ts';

/** The controller processes: a supervisor starts each anew that died. */
export interface Crew {
  start(): void;
  perform(act: Extract<What, { kind: 'die' | 'suspend' | 'second-controller' | 'lease-gone' }>): Performed;
  /** Nobody is suspended or doomed any more. */
  allWell(): void;
  end(): void;
}

export function createCrew(sim: Simulation): Crew {
  const processes: SimulatedProcess[] = [];
  /** How long each stays down, by its id. */
  const downMs = new Map<string, number>();
  let started = 0;
  let isOver = false;

  const note = (by: string, what: string): void => sim.note({ kind: 'life', at: sim.clock.monotonic(), by, what });

  function start(): void {
    started += 1;
    const id = `controller-${started}`;
    const process = createProcess(id, sim.clock, (door, side) => {
      count(sim.met, `death ${side} × ${door}`);
      note(id, `dies ${side} ${door}`);
      processes.splice(processes.indexOf(process), 1);
      void sim.clock.sleep(downMs.get(id) ?? 1_000).then(() => {
        if (!isOver) start();
      });
    });
    processes.push(process);
    note(id, 'starts');
    startController(sim, process);
  }

  return {
    start,
    perform(act) {
      if (act.kind === 'second-controller') {
        if (processes.length < 2) start();
        return { what: 'a second controller is started' };
      }
      if (act.kind === 'lease-gone') {
        sim.lease.takeAway();
        return { what: 'the lease file is removed' };
      }
      const process = processes[Math.floor(act.roll * processes.length)];
      if (!process) return { what: 'no controller runs' };
      if (act.kind === 'die') {
        downMs.set(process.id, act.downMs);
        process.doom(act.calls, act.side, act.on);
        return { what: `${process.id} is to die ${act.side} its ${act.calls}th call${act.on ? ` of ${act.on}` : ''}` };
      }
      process.pause();
      const resume = async (): Promise<void> => process.resume();
      return { what: `${process.id} is suspended`, undo: resume, afterMs: act.ms };
    },
    allWell() {
      for (const process of processes) {
        process.resume();
        process.doom(Number.POSITIVE_INFINITY, 'before');
      }
    },
    end() {
      isOver = true;
      for (const process of processes) process.kill();
    },
  };
}
