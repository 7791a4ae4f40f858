export type Level = 'debug' | 'info' | 'warn' | 'error';

/**
 * Everything the program says of itself while it runs. Codes are stable: a retired number is not used again.
 * 1xx spec and source · 2xx plan · 3xx effects · 4xx loop, lease and stores · 5xx faces · 6xx agent.
 */
export const EVENTS = {
  SKP101: { level: 'error', text: 'spec file has errors' },
  SKP102: { level: 'info', text: 'spec file is good again' },
  SKP103: { level: 'info', text: 'document appeared' },
  SKP104: { level: 'info', text: 'document changed' },
  SKP105: { level: 'warn', text: 'document is missing' },
  SKP106: { level: 'error', text: 'two documents claim one name, neither wins' },
  SKP107: { level: 'error', text: 'specs directory is gone' },
  SKP108: { level: 'info', text: 'specs directory is back' },
  SKP109: { level: 'warn', text: 'specs directory kept changing while it was read' },
  SKP110: { level: 'warn', text: 'specs directory cannot be watched, it is only listed now and then' },
  SKP111: { level: 'warn', text: 'commits cannot be compared, so the checkout is taken for no older one' },

  SKP201: { level: 'info', text: 'plan changed' },
  SKP202: { level: 'info', text: 'phase changed' },
  SKP203: { level: 'warn', text: 'step is held' },
  SKP204: { level: 'info', text: 'hold is released' },
  SKP205: { level: 'info', text: 'spec accepted' },
  SKP206: { level: 'warn', text: 'deletion marked' },
  SKP207: { level: 'info', text: 'change finished' },
  SKP208: { level: 'warn', text: 'drift' },
  SKP209: { level: 'warn', text: 'drift that keeps coming back' },

  SKP301: { level: 'debug', text: 'step begun' },
  SKP302: { level: 'info', text: 'step done' },
  SKP303: { level: 'warn', text: 'step met a problem' },
  SKP304: { level: 'warn', text: 'look met a problem' },
  SKP305: { level: 'debug', text: 'pass done' },
  SKP306: { level: 'info', text: 'intent taken up' },
  SKP307: { level: 'warn', text: 'intent dropped, there is no such cluster' },

  SKP401: { level: 'info', text: 'lease taken' },
  SKP402: { level: 'info', text: 'standing by, another holds the lease' },
  SKP403: { level: 'warn', text: 'lease lost, no further effect begins' },
  SKP404: { level: 'warn', text: 'lease could not be read or renewed' },
  SKP405: { level: 'info', text: 'lease released' },
  SKP406: { level: 'warn', text: 'stepping down to take a higher term' },
  SKP407: { level: 'info', text: 'controller started' },
  SKP408: { level: 'info', text: 'controller stopped' },
  SKP409: { level: 'error', text: 'pass ended by a fault of this program' },
  SKP410: { level: 'warn', text: 'pass did not end in time and was cut off' },
  SKP411: { level: 'warn', text: 'records could not all be listed' },
  SKP412: { level: 'error', text: 'part of the loop ended by a fault of this program' },
  SKP413: { level: 'warn', text: 'history could not be written' },
  SKP414: { level: 'warn', text: 'history was damaged, moved aside and begun anew' },
  SKP415: { level: 'warn', text: 'status could not be written' },
  SKP416: { level: 'warn', text: 'intent file cannot be read, moved aside' },
  SKP417: { level: 'warn', text: 'lease is gone, waiting in case somebody still holds it' },

  SKP501: { level: 'info', text: 'command' },

  SKP601: { level: 'info', text: 'agent started' },
  SKP602: { level: 'info', text: 'swarm founded' },
  SKP603: { level: 'info', text: 'joining the swarm' },
  SKP604: { level: 'warn', text: 'left a swarm that nobody published' },
  SKP605: { level: 'warn', text: 'agent met a problem' },
  SKP606: { level: 'info', text: 'order carried out' },
  SKP607: { level: 'warn', text: 'this node is going to be taken away' },
  SKP608: { level: 'info', text: 'this node has left its swarm and is let go' },
} as const satisfies Record<`SKP${1 | 2 | 3 | 4 | 5 | 6}${number}`, { readonly level: Level; readonly text: string }>;

export type EventCode = keyof typeof EVENTS;

/** JSON-shaped facts. Never a secret. `what` is one sentence for people, said after the code's own text. */
export interface EventData {
  readonly cluster?: string;
  readonly pass?: string;
  readonly term?: number;
  readonly what?: string;
  readonly [fact: string]: unknown;
}

export interface EventSink {
  /** Never throws and never waits. */
  emit(code: EventCode, data?: EventData): void;
}

/** `text: what`, for people. */
export function describeEvent(code: EventCode, data: EventData = {}): string {
  const { text } = EVENTS[code];
  return data.what ? `${text}: ${data.what}` : text;
}

/** Gives every event to every sink; one that throws does not keep it from the others. */
export function fanOut(sinks: readonly EventSink[]): EventSink {
  return {
    emit(code, data) {
      for (const sink of sinks) {
        try {
          sink.emit(code, data);
        } catch {
          // A sink's own trouble is no reason to stop keeping clusters.
        }
      }
    },
  };
}

/** The same sink, with `facts` (cluster, pass, term …) on every event. */
export function withFacts(sink: EventSink, facts: EventData): EventSink {
  return { emit: (code, data) => sink.emit(code, { ...facts, ...data }) };
}

/** What an unknown thrown value says, in one line. */
export function describeError(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ');
}
