import type { NodeId } from '../../model/ids.ts';
import type { EngineView } from '../../model/observed.ts';
import type { Engine } from './engine.ts';
import { oneLine } from './problems.ts';

/** What we read of `GET /info`. */
interface Info {
  readonly ServerVersion: string;
  readonly Swarm: {
    readonly NodeID: string;
    readonly LocalNodeState: string;
    readonly ControlAvailable: boolean;
    readonly Error: string;
    /** On a manager those of raft: they follow it within a second (seen on 20.10 and 28.5). */
    readonly RemoteManagers?: readonly { readonly NodeID: string }[] | null;
  };
}

interface ImageRow {
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
}

const STATES = ['inactive', 'pending', 'active', 'locked', 'error'] as const;

/** What an engine says of itself. `images`: references of which it is asked whether it has them. */
export async function readEngineView(
  engine: Engine,
  images: readonly string[],
  limitMs: number,
  signal: AbortSignal,
): Promise<EngineView> {
  const info = await engine.call<Info>({ method: 'GET', path: '/info', limitMs }, signal);
  const rows =
    images.length > 0
      ? await engine.call<readonly ImageRow[]>({ method: 'GET', path: '/images/json', limitMs }, signal)
      : [];
  const has = new Set(rows.flatMap((row) => [...(row.RepoTags ?? []), ...(row.RepoDigests ?? [])]));
  const { Swarm } = info;
  return {
    version: info.ServerVersion,
    swarm: STATES.find((state) => state === Swarm.LocalNodeState) ?? 'error',
    nodeId: Swarm.NodeID === '' ? null : (Swarm.NodeID as NodeId),
    isManager: Swarm.ControlAvailable,
    error: Swarm.Error === '' ? null : oneLine(Swarm.Error),
    ...(Swarm.ControlAvailable ? { peers: (Swarm.RemoteManagers ?? []).map((m) => m.NodeID as NodeId).sort() } : {}),
    ...(images.length > 0 ? { missingImages: images.filter((image) => !has.has(familiar(image))) } : {}),
  };
}

/** As Docker lists it: no `docker.io/library/`, and a tag. */
export function familiar(image: string): string {
  const short = image.replace(/^(index\.)?docker\.io\/(library\/)?/, '');
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}
