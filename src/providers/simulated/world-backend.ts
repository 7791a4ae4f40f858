/** Where worlds are kept, by name, as text. All calls are synchronous, except waiting for the right to write. */
export interface WorldBackend {
  list(): string[];
  read(name: string): string | null;
  /** Null removes. `during` is called when the new text is ready but nobody can see it yet. */
  write(name: string, text: string | null, during: () => void): void;
  /** Runs `act` while nobody else writes this world. `act` is told how to check that this still holds. */
  exclusively<T>(name: string, signal: AbortSignal, act: (isMine: () => boolean) => T): Promise<T>;
}

/** For one process: tests, and fleets in virtual time. */
export function createWorldMemory(): WorldBackend {
  const texts = new Map<string, string>();
  return {
    list: () => [...texts.keys()].sort(),
    read: (name) => texts.get(name) ?? null,
    write(name, text, during) {
      during();
      if (text === null) texts.delete(name);
      else texts.set(name, text);
    },
    exclusively: async (_name, _signal, act) => act(() => true),
  };
}
