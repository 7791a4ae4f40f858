import type { Finding } from '../../model/finding.ts';
import type { NodeTrial } from '../../model/host-facts.ts';
import { ok, trouble, type Wanted, warning } from './wanted.ts';

/** What came of running a node as its document says. */
export function judgeNode(trial: NodeTrial, { cluster, local }: Wanted): Finding {
  switch (trial.kind) {
    case 'runs':
      return Object.keys(trial.further).length === 0
        ? ok('node', `a node runs (${trial.imageOrigin})`, cluster)
        : another(trial.further, cluster);
    case 'fails':
      return trouble(
        'node',
        `the engine cannot run a node: ${trial.why}`,
        'give it what it lacks (spec.local: privileged, capAdd, securityOpt, binds), or use provider simulated',
        cluster,
      );
    case 'no-image': {
      if (trial.why !== null) {
        const saw = `${local.image} is not on the Docker engine here and could not be pulled (${trial.why})`;
        return trouble('node', saw, `mend the way to its registry, or load it: docker load`, cluster);
      }
      const saw = `${local.image} is not on this engine, so whether a node runs cannot be told`;
      return warning('node', saw, `docker pull ${local.image}, then skep doctor again`, cluster);
    }
  }
}

/** A document would be refused as it stands; the demo, which is nobody's yet, is written so that it works. */
function another(further: Readonly<Record<string, unknown>>, cluster: string | null): Finding {
  const saw = 'a node runs only without privileged';
  const fields = Object.entries(further).map(([field, value]) => `${field}: ${inYaml(value)}`);
  const cure = `write under spec.local: {${fields.join(', ')}}`;
  return cluster === null ? warning('node', saw, cure) : trouble('node', saw, cure, cluster);
}

const inYaml = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
