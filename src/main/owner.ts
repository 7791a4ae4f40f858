import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { sha256 } from '../model/hash.ts';

/** `--owner` when it is not given: a hash of the absolute specs and status paths, symlinks not resolved. */
export function defaultOwner(specs: string, status: string): string {
  return sha256(`${resolve(specs)}\n${resolve(status)}`).slice(0, 12);
}

/** Tells one copy of the controller from another. */
export const controllerId = (pid: number, salt: string): string => `${hostname()}-${pid}-${salt}`;
