import type { Condition } from '../../src/providers/aws/table/condition.ts';
import type { Key } from '../../src/providers/aws/table/keys.ts';
import type { Row, Table } from '../../src/providers/aws/table/table.ts';

/** A table in memory, for virtual time. What DynamoDB really does is tested on its stand-ins. */
export function createMemoryTable(): Table & { readonly rows: ReadonlyMap<string, Row> } {
  const rows = new Map<string, Row & Key>();
  const nameOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);
  const inOrder = (pk: string): (Row & Key)[] =>
    [...rows.values()].filter((row) => row.pk === pk).sort((a, b) => (a.sk < b.sk ? -1 : 1));

  function change(key: Key, condition: Condition | null, act: () => void) {
    const stored = rows.get(nameOf(key)) ?? null;
    if (condition && !holds(condition, stored)) return { taken: false, stored } as const;
    act();
    return { taken: true } as const;
  }

  return {
    rows,
    writer: '0.4',
    async read(keys, signal) {
      signal.throwIfAborted();
      return keys.map((key) => rows.get(nameOf(key)) ?? null);
    },
    list: async (pk, prefix) => inOrder(pk).filter(({ sk }) => sk.startsWith(prefix)),
    sortKeys: async (pk) => inOrder(pk).map(({ sk }) => sk),
    latest: async (pk, wanted, limit) =>
      inOrder(pk)
        .reverse()
        .filter(({ columns }) => wanted(columns))
        .slice(0, limit),
    async write(key, row, condition, signal) {
      signal.throwIfAborted();
      return change(key, condition, () => rows.set(nameOf(key), { ...key, ...structuredClone(row) }));
    },
    async remove(key, condition, signal) {
      signal.throwIfAborted();
      return change(key, condition, () => rows.delete(nameOf(key)));
    },
  };
}

function holds({ is = {}, lacks = [], atMost = {}, orAbsent }: Condition, stored: Row | null): boolean {
  const terms = [
    ...Object.entries(is).map(([name, value]) => stored?.columns[name] === value),
    ...lacks.map((name) => stored?.columns[name] === undefined),
    ...Object.entries(atMost).map(([name, value]) => Number(stored?.columns[name] ?? Number.NaN) <= value),
  ];
  if (stored === null) return orAbsent === true;
  return orAbsent && terms.length === 0 ? false : terms.every(Boolean);
}
