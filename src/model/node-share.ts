/** Nodes that a number or a percentage such as `20%` means of `count`; the fraction of a node is left to the caller. */
export function nodeShare(of: number | string, count: number): number {
  return typeof of === 'number' ? of : (Number(of.slice(0, -1)) * count) / 100;
}
