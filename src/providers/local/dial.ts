import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { MachineId } from '../../model/ids.ts';
import { type Engine, EngineError } from '../swarm/engine.ts';
import { createExecStream } from '../swarm/exec-stream.ts';
import { createGate } from '../swarm/gate.ts';
import { withLimit } from '../swarm/limit.ts';

/** Being opened at once. Forty at a time once hung for 100 s on two cores, unexplained; eight never did. */
const AT_ONCE = 8;
/** One takes 77–114 ms alone, and 3–4 s when forty want one on two cores. */
const LIMIT_MS = 5_000;

/** Opens a stream to the engine inside a machine, through the host's engine. No port is opened. */
export type Dial = (machine: MachineId, signal: AbortSignal) => Promise<Duplex>;

export function createDial(host: Engine, clock: Clock): Dial {
  const gate = createGate(AT_ONCE);
  return (machine, signal) =>
    gate(() => withLimit(clock, LIMIT_MS, signal, (inner) => open(host, machine, inner).catch(asUnreachable)), signal);
}

async function open(host: Engine, machine: MachineId, signal: AbortSignal): Promise<Duplex> {
  const { Id } = await host.call<{ Id: string }>(
    {
      method: 'POST',
      path: `/containers/${machine}/exec`,
      body: {
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        Cmd: ['docker', '--host=unix:///var/run/docker.sock', 'system', 'dial-stdio'],
      },
    },
    signal,
  );
  const raw = await host.hijack(
    { method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false, Tty: false } },
    signal,
  );
  return createExecStream(raw);
}

/** What the host's engine answers about a container that is paused or stopped says nothing about what was asked within. */
function asUnreachable(error: unknown): never {
  if (error instanceof EngineError && error.status !== 404) throw new Error(error.message);
  throw error;
}
