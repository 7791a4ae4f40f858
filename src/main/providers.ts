import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Failpoint } from '../base/failpoint.ts';
import type { Random } from '../base/random.ts';
import type { ProviderKind } from '../model/ids.ts';
import type { Provider } from '../providers/provider.ts';

export interface ProviderNeeds {
  readonly owner: string;
  readonly state: string;
  readonly dockerHost: string | undefined;
  /** `SKEP_TABLE`: name of the table of an account and region. */
  readonly table: string | undefined;
  /** Of this program, e.g. `0.4.0`. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly failpoint: Failpoint;
}

/** Loads and builds one provider. Loaded late: a command that touches no cluster should not wait for a Docker client. */
export async function buildProvider(kind: ProviderKind, needs: ProviderNeeds): Promise<Provider> {
  const { owner, clock, random, failpoint } = needs;
  if (kind === 'simulated') {
    const { createSimulatedProvider } = await import('../providers/simulated/provider.ts');
    return createSimulatedProvider({ owner, clock, random, failpoint, worlds: join(needs.state, 'worlds') });
  }
  if (kind === 'aws') {
    const { createAwsProvider } = await import('../providers/aws/provider.ts');
    const writer = needs.version.split('.').slice(0, 2).join('.');
    return createAwsProvider({ owner, clock, random, writer, table: needs.table ?? 'skep' });
  }
  const { createLocalProvider } = await import('../providers/local/provider.ts');
  return createLocalProvider({ owner, clock, random, failpoint, dockerHost: needs.dockerHost });
}
