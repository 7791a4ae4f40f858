import type { EventCode, EventData, EventSink } from '../../../../src/base/events.ts';

export interface Collected extends EventSink {
  readonly events: { readonly code: EventCode; readonly data: EventData }[];
  codes(): readonly EventCode[];
}

export function collectEvents(): Collected {
  const events: Collected['events'] = [];
  return {
    events,
    emit: (code, data = {}) => void events.push({ code, data }),
    codes: () => events.map((event) => event.code),
  };
}
