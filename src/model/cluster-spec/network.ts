/** An IPv4 network as a range of addresses, both ends inclusive, each an unsigned 32-bit number. */
export interface Network {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

/** Null when `text` is no IPv4 network. Host bits are cut off. */
export function parseNetwork(text: string): Network | null {
  if (!CIDR.test(text)) return null;
  const [address = '', prefixText = ''] = text.split('/');
  const bits = parseAddress(address);
  const prefix = Number(prefixText);
  if (bits === null || prefix > 32) return null;
  const size = 2 ** (32 - prefix);
  const first = Math.floor(bits / size) * size;
  return { first, last: first + size - 1, prefix };
}

/** Null when `text` is no dotted IPv4 address. */
export function parseAddress(text: string): number | null {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255))
    return null;
  return octets.reduce((bits, octet) => bits * 256 + Number(octet), 0);
}

export function overlap(a: Network, b: Network): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function networkText({ first, prefix }: Network): string {
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefix}`;
}

/** What is wrong with a network of a spec; null: nothing. The engine refuses set host bits too. */
export function networkFault(text: string): string | null {
  const network = parseNetwork(text);
  if (network === null) return `${JSON.stringify(text)} is no IPv4 network (allowed: one such as 10.200.0.0/16)`;
  if (network.prefix < 8 || network.prefix > 29)
    return `the prefix /${network.prefix} is out of range (allowed: /8 to /29)`;
  const clean = networkText(network);
  return clean === text ? null : `${text} is an address within a network (did you mean ${clean}?)`;
}
