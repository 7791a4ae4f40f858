import type { ClusterName, ProviderKind } from '../../model/ids.ts';
import type { Observed } from '../../model/observed.ts';
import type { Provider } from '../../providers/provider.ts';
import type { CliContext, Paths } from '../context.ts';
import { ownerOf } from '../files/owner.ts';
import type { Place } from '../files/spec-files.ts';
import { readStatus } from '../files/status-files.ts';
import { emptyWorld, type Kept } from './kept.ts';
import { lookAt, recordOf } from './look.ts';

/** One cluster to be planned. */
export interface Subject {
  readonly name: ClusterName;
  readonly place: Place | null;
}

/** Where a plan takes the world from. */
export interface WorldView {
  /** Null: nothing there and nothing declared. */
  look(subject: Subject): Promise<{ readonly observed: Observed; readonly owner: string } | null>;
  close(): Promise<void>;
}

/** What status files kept. */
export function createKept({ worlds }: Kept, { clock }: CliContext): WorldView {
  return {
    async look({ name }) {
      const observed = worlds.get(name) ?? emptyWorld(name, clock.now());
      return { observed, owner: recordOf(observed)?.owner ?? 'nobody' };
    },
    close: async () => {},
  };
}

/** A look through the providers, each built when it is first needed. */
export function createLive(paths: Paths, context: CliContext): WorldView {
  const providers = new Map<string, Promise<Provider>>();
  const providerFor = (kind: ProviderKind, owner: string): Promise<Provider> => {
    const key = `${kind} ${owner}`;
    const open = providers.get(key) ?? context.provider(kind, owner, paths);
    providers.set(key, open);
    return open;
  };
  return {
    async look({ name, place }) {
      const status = await readStatus(paths.status, name);
      const kind = place?.document.spec?.spec.provider ?? status?.status.provider;
      if (!kind) return null;
      const owner = await ownerOf(status, paths, context);
      const observed = await lookAt(name, place?.document.spec ?? null, await providerFor(kind, owner), context);
      return observed === null ? null : { observed, owner };
    },
    async close() {
      for (const provider of await Promise.allSettled(providers.values())) {
        if (provider.status === 'fulfilled') await provider.value.close();
      }
    },
  };
}
