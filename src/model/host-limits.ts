import type { HostFacts } from './host-facts.ts';

/** Limits of a host that clusters run into, for `skep doctor` beforehand and for notices afterwards. */

/** One for each node's dockerd (measured on 28.5; none on 20.10), and room for what else this user runs. Our choice. */
const INSTANCES_BESIDE = 64;
/** What Linux gave a user before 5.11 let it grow with memory. */
const LEAST_WATCHES = 8_192;

/** What `nodes` nodes may need of fs.inotify.max_user_instances. */
export const inotifyInstancesFor = (nodes: number): number => nodes + INSTANCES_BESIDE;

export function isInotifyShort({ instances, watches }: NonNullable<HostFacts['inotify']>, nodes: number): boolean {
  return instances < inotifyInstancesFor(nodes) || watches < LEAST_WATCHES;
}

/** A tenth of the disk or 5 GB, whichever is less. Our choice: room for a few images. */
export function isDiskLow({ free, total }: NonNullable<HostFacts['disk']>): boolean {
  return free < Math.min(total / 10, 5_000_000_000);
}
