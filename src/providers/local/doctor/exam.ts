import { release } from 'node:os';
import process from 'node:process';
import type { Clock } from '../../../base/clock.ts';
import { describeError } from '../../../base/events.ts';
import type { Random } from '../../../base/random.ts';
import type { EngineAnswer } from '../../../model/host-facts.ts';
import type { HostExam } from '../../provider.ts';
import { type Engine, isVersionRefused } from '../../swarm/engine.ts';
import { createHostEngine } from '../host.ts';
import { readEngineFacts } from './engine-facts.ts';
import { readHostFacts } from './host-facts.ts';
import { tryNode } from './node-trial.ts';

export interface ExamOptions {
  /** As the variable DOCKER_HOST; undefined: Docker's default socket. Only `unix://`. */
  readonly dockerHost: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Told before something that takes long, e.g. a download. */
  readonly onProgress: (text: string) => void;
}

/** Looks at the Docker engine of this host and at the host under it. */
export function createHostExam(options: ExamOptions): HostExam {
  try {
    return examOf(createHostEngine(options.dockerHost, options.clock), options);
  } catch (error) {
    const why = describeError(error); // a DOCKER_HOST that is no unix socket
    return { engine: async () => silent(error), tryNode: async () => ({ kind: 'fails', why }), close: () => {} };
  }
}

function examOf(host: Engine, { clock, random, onProgress }: ExamOptions): HostExam {
  return {
    async engine(signal) {
      try {
        const { facts, kernel } = await readEngineFacts(host, clock, signal);
        const isHere = process.platform === 'linux' && kernel === release();
        const place = { root: '/', release: kernel, dataRoot: facts.dataRoot };
        return { answers: true, facts: { ...facts, host: isHere ? await readHostFacts(place) : null } };
      } catch (error) {
        signal.throwIfAborted();
        return silent(error);
      }
    },
    tryNode: (local, pull, signal) => tryNode({ host, clock, random, onProgress }, local, pull, signal),
    close: () => host.close(),
  };
}

function silent(error: unknown): EngineAnswer {
  return { answers: false, why: describeError(error), refusesOurVersion: isVersionRefused(error) };
}
