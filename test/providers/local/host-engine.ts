import type { ContainerRow, NetworkRow } from '../../../src/providers/local/world.ts';
import type { Engine, EngineCall } from '../../../src/providers/swarm/engine.ts';

/** Rows as an engine lists them; what a test is about is given. */
export function aContainer(name: string, over: Partial<ContainerRow> = {}): ContainerRow {
  return {
    Id: `id-${name}`,
    Names: [`/${name}`],
    Labels: null,
    Created: 1_700_000_000,
    State: 'running',
    Status: 'Up 4 seconds',
    NetworkSettings: { Networks: {} },
    ...over,
  };
}

export function aNetwork(name: string, over: Partial<NetworkRow> = {}): NetworkRow {
  return { Id: `id-${name}`, Name: name, Labels: null, Created: '2023-11-14T00:00:00Z', IPAM: null, ...over };
}

/** A host's engine that answers by `method path`, first match, and notes every call that changes something. */
export function aHostEngine(answers: Readonly<Record<string, (call: EngineCall) => unknown>>) {
  const changes: EngineCall[] = [];
  const no = (): never => {
    throw new Error('not imitated');
  };
  const engine: Engine = {
    async call<T>(call: EngineCall): Promise<T> {
      if (call.method !== 'GET') changes.push(call);
      const key = Object.keys(answers).find((begin) => `${call.method} ${call.path}`.startsWith(begin));
      return (key === undefined ? undefined : answers[key]?.(call)) as T;
    },
    stream: no,
    hijack: no,
    close: () => {},
  };
  return { engine, changes, said: () => changes.map(({ method, path }) => `${method} ${path}`) };
}
