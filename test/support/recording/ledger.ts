/** A request that changes something, as a proxy saw it pass. */
export interface Write {
  /** When it was passed on, ms on this process's clock. */
  readonly atMs: number;
  /** The controller process that sent it. */
  readonly by: string;
  /** That it carries, else the last that its sender had taken by then; 0: none. */
  readonly term: number;
  /** E.g. `POST /swarm/init`, `PutItem lease`. */
  readonly what: string;
  /** What was asked for in full: the path, or the item's key. */
  readonly subject: string;
  readonly connection: number;
  /** Null: no answer yet. */
  status: number | null;
}

/** What passed all proxies of a test, in the order in which it was passed on. */
export interface Ledger {
  readonly writes: readonly Write[];
  /** `term`: that it carries itself. */
  note(write: Pick<Write, 'by' | 'what' | 'subject' | 'connection'> & { readonly term?: number }): Write;
  /** The lease says that `by` holds it under `term`. */
  took(by: string, term: number): void;
  termOf(by: string): number;
  nextConnection(): number;
}

export function createLedger(): Ledger {
  const writes: Write[] = [];
  const terms = new Map<string, number>();
  let connections = 0;
  const termOf = (by: string): number => terms.get(by) ?? 0;
  return {
    writes,
    note(write) {
      const noted = { term: termOf(write.by), ...write, atMs: performance.now(), status: null };
      writes.push(noted);
      return noted;
    },
    took: (by, term) => void terms.set(by, Math.max(term, termOf(by))),
    termOf,
    nextConnection: () => ++connections,
  };
}

/** One whose answer did not come may have taken effect. */
const tookEffect = ({ status }: Write): boolean => status === null || status < 300;

/**
 * Writes that took effect although one of a newer term had been passed on before: any, or one with the same `scope`, for
 * receivers that compare thing by thing.
 */
export function lateOnes(writes: readonly Write[], scopeOf: (write: Write) => string = () => ''): readonly Write[] {
  const newest = new Map<string, number>();
  return writes.filter(tookEffect).filter((write) => {
    const scope = scopeOf(write);
    const highest = Math.max(write.term, newest.get(scope) ?? 0);
    newest.set(scope, highest);
    return write.term < highest;
  });
}
