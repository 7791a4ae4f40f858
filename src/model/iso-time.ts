/** ISO 8601 UTC of a wall time in ms since the epoch. Pure: the number is the time. */
export function isoTime(ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: formats a given number, reads no clock
  return new Date(ms).toISOString();
}

/** Wall time in ms of an ISO 8601 text; NaN when it is none. */
export function fromIsoTime(text: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: parses a given text, reads no clock
  return Date.parse(text);
}
