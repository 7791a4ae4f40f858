import { parseAddress } from './network.ts';

/** One entry of `local.publish`. */
export interface Publish {
  /** Null: all of the host's addresses. */
  readonly ip: string | null;
  readonly hostPort: number;
  readonly nodePort: number;
}

export const PUBLISH = /^((\d{1,3}\.){3}\d{1,3}:)?\d{1,5}:\d{1,5}$/;

/** Null when `text` is not `[ip:]hostPort:nodePort` with a true address and ports of 1–65535. */
export function parsePublish(text: string): Publish | null {
  if (!PUBLISH.test(text)) return null;
  const parts = text.split(':');
  const [hostPort, nodePort] = parts.slice(-2).map(Number);
  const ip = parts.length === 3 ? (parts[0] ?? null) : null;
  if (hostPort === undefined || nodePort === undefined || !isPort(hostPort) || !isPort(nodePort)) return null;
  if (ip !== null && parseAddress(ip) === null) return null;
  return { ip: ip === '0.0.0.0' ? null : ip, hostPort, nodePort };
}

/** Whether both want one port of one address of the host. */
export function collide(a: Publish, b: Publish): boolean {
  return a.hostPort === b.hostPort && (a.ip === null || b.ip === null || a.ip === b.ip);
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
