import { describeDuration } from '../../model/cluster-spec/duration.ts';
import type { Desired } from '../../model/desired.ts';
import type { LiveSwarmOptions, SwarmView } from '../../model/observed.ts';
import type { ClusterRecord } from '../../model/record.ts';
import { NO_UPKEEP, putRight, type Upkeep } from './put-right.ts';

export interface OptionChange {
  /** As the spec calls it. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Options of the living swarm that are not as declared. */
export function optionChanges({ swarmOptions }: Desired, { options }: SwarmView): readonly OptionChange[] {
  const all: readonly (readonly [string, keyof LiveSwarmOptions, (value: number) => string])[] = [
    ['taskHistoryLimit', 'taskHistoryLimit', String],
    ['dispatcherHeartbeat', 'dispatcherHeartbeatMs', describeDuration],
    ['certExpiry', 'certExpiryMs', describeDuration],
  ];
  return all.flatMap(([name, key, say]) =>
    options[key] === swarmOptions[key] ? [] : [{ name, from: say(options[key]), to: say(swarmOptions[key]) }],
  );
}

/** All options in one update, at the version seen. */
export function planOptions(desired: Desired, record: ClusterRecord, swarm: SwarmView, now: number): Upkeep {
  const changes = optionChanges(desired, swarm).map(({ name, from, to }) => `${name} is ${from}, declared ${to}`);
  if (changes.length === 0) return NO_UPKEEP;
  const step = {
    kind: 'set-swarm',
    version: swarm.version,
    options: desired.swarmOptions,
    why: changes.join(', '),
  } as const;
  return putRight({ subject: 'swarm options', changes, step }, desired, record, now);
}
