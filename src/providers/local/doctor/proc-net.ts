import { networkText } from '../../../model/cluster-spec/network.ts';
import type { HostFacts } from '../../../model/host-facts.ts';

/** Two files of /proc/net, as Linux writes them: numbers in hex, addresses in the host's byte order. */

/** /proc/net/route: IPv4 routes of the main table, the default one left out. */
export function parseRoutes(text: string): HostFacts['routes'] {
  return rowsOf(text).flatMap(([device = '', destination = '', , , , , , mask = '']) => {
    const prefix = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === '1').length;
    const first = Number.parseInt(bytesOf(destination).join(''), 16);
    return prefix === 0 || Number.isNaN(first)
      ? []
      : [{ device, network: networkText({ first, last: first, prefix }) }];
  });
}

/** TCP_LISTEN of Linux, include/net/tcp_states.h. */
const LISTEN = '0A';

/** /proc/net/tcp and tcp6: what is listened on. Every IPv6 address counts as every IPv4 one: so it is unless IPV6_V6ONLY is set. */
export function parseListening(text: string): NonNullable<HostFacts['listening']> {
  return rowsOf(text).flatMap(([, local = '', , state]) => {
    const [address = '', port = ''] = local.split(':');
    if (state !== LISTEN) return [];
    if (address.length === 8) return [{ address: dotted(address), port: Number.parseInt(port, 16) }];
    return /^0+$/.test(address) ? [{ address: '0.0.0.0', port: Number.parseInt(port, 16) }] : [];
  });
}

const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 3);

const bytesOf = (hex: string): readonly string[] => (hex.match(/../g) ?? []).reverse();
const dotted = (hex: string): string =>
  bytesOf(hex)
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
