import { networkText, parseAddress, parseNetwork } from '../../model/cluster-spec/network.ts';

/** Machines begin here in a network of 32 addresses or more: below are the gateway (1), the forwarder (2) and room. */
const FIRST_MACHINE = 10;

const text = (bits: number): string => networkText({ first: bits, last: bits, prefix: 32 }).replace('/32', '');

function range(subnet: string): { readonly first: number; readonly last: number } {
  const network = parseNetwork(subnet);
  if (network === null) throw new Error(`no IPv4 network: ${subnet}`);
  return network;
}

/** The forwarder's own address: the one after the gateway. */
export const forwarderAddress = (subnet: string): string => text(range(subnet).first + 2);

/** The lowest that no machine has; null when the network is full. */
export function nextAddress(subnet: string, taken: ReadonlySet<string>): string | null {
  const { first, last } = range(subnet);
  const begin = first + (last - first >= 31 ? FIRST_MACHINE : 3);
  const used = new Set([...taken].map(parseAddress));
  for (let bits = begin; bits < last; bits += 1) if (!used.has(bits)) return text(bits);
  return null;
}

export interface Reservations {
  /** Begins a listing of what is taken. Call the answer with what was listed: it gives what is taken all in all. */
  begin(): (listed: ReadonlySet<string>) => Set<string>;
  reserve(address: string): void;
  /** The machine was made, or was not: from the next listing on, only the listing counts. */
  settle(address: string): void;
}

/**
 * Addresses of one cluster that this process has given away and that a listing begun earlier could not show yet.
 * Two pools that grow side by side never get one address.
 */
export function createReservations(): Reservations {
  const open = new Map<string, 'pending' | 'settled'>();
  return {
    begin() {
      const shown = [...open].filter(([, state]) => state === 'settled').map(([address]) => address);
      return (listed) => {
        for (const address of shown) if (open.get(address) === 'settled') open.delete(address);
        return new Set([...listed, ...open.keys()]);
      };
    },
    reserve: (address) => void open.set(address, 'pending'),
    settle: (address) => void open.set(address, 'settled'),
  };
}
