import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { noFailpoint } from '../../src/base/failpoint.ts';
import { systemRandom } from '../../src/base/random.ts';
import { clusterSpecSchema } from '../../src/model/cluster-spec/schema.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import { createLocalProvider } from '../../src/providers/local/provider.ts';
import type { ClusterRef, Provider } from '../../src/providers/provider.ts';
import { infrastructureConformance } from '../conformance/infrastructure-conformance.ts';
import { recordsConformance } from '../conformance/records-conformance.ts';
import { eventuallyBy, machinesOf, must, type Subject, signal } from '../conformance/subject.ts';
import { swarmConformance } from '../conformance/swarm-conformance.ts';
import { NODE_FLAGS, NODE_IMAGES, type RealEngine, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';

interface Case {
  readonly name: string;
  readonly engine: string;
  readonly args: readonly string[];
  readonly image: string;
}

/** The oldest engine that we serve, and one that refuses what older clients say, as Docker 29 does; nodes alike. */
const CASES: readonly Case[] = [
  {
    name: 'an engine that speaks up to API 1.41',
    engine: 'conform-old',
    args: ['--version', '20.10', '--images', '20.10,service'],
    image: NODE_IMAGES.oldest,
  },
  {
    name: 'an engine that refuses API versions below 1.44',
    engine: 'conform-new',
    args: ['--version', '28.5', '--api-floor', '1.44', '--images', '28.5,service'],
    image: NODE_IMAGES.newest,
  },
];

for (const each of CASES) {
  let started: Promise<RealEngine | null> = Promise.resolve(null);
  let networks = 0;
  const makeSubject = async (): Promise<Subject> => {
    const engine = (await started) ?? (await startEngine(each.engine, each.args));
    started = Promise.resolve(engine);
    return aSubject(engine, each, () => networks++);
  };
  infrastructureConformance(each.name, makeSubject);
  recordsConformance(each.name, makeSubject);
  swarmConformance(each.name, makeSubject);
  afterAll(async () => {
    await (await started)?.down();
  });
}

function aSubject(engine: RealEngine, { image }: Case, nextNetwork: () => number): Subject {
  const providers: Provider[] = [];
  const refs = new Map<string, ClusterRef>();
  const newProvider = (owner: 'same' | 'other'): Provider => {
    const provider = createLocalProvider({
      owner: owner === 'same' ? 'me' : 'you',
      dockerHost: engine.dockerHost,
      clock: systemClock,
      random: systemRandom,
      failpoint: noFailpoint,
    });
    providers.push(provider);
    return provider;
  };
  const provider = newProvider('same');
  return {
    provider,
    ref(name) {
      const ref = refs.get(name) ?? aRef(name, image, engine.subnet(nextNetwork()));
      refs.set(name, ref);
      return ref;
    },
    eventually: eventuallyBy(sleep as (ms: number) => Promise<void>, 100),
    newProvider,
    killMachine: async (_, machine) => void (await engine.docker('kill', machine)),
    async deployService(ref, via, { name, replicas }) {
      for (const { id } of await machinesOf(provider, ref)) {
        must(await provider.infrastructure.loadImage(ref, id, SERVICE_IMAGE, signal));
      }
      const options = ['--detach', '--no-resolve-image', '--update-order', 'start-first', '--stop-grace-period', '1s'];
      const spec = ['--name', name, '--replicas', String(replicas), '--label', 'team=ops', '--env', 'A=1'];
      await engine.inNode(via, 'service', 'create', ...options, ...spec, SERVICE_IMAGE, 'sleep', '100000');
    },
    removeService: async (_, via, name) => void (await engine.inNode(via, 'service', 'rm', name)),
    specOf: async (_, via, name) =>
      JSON.parse(await engine.inNode(via, 'service', 'inspect', '--format', '{{json .Spec}}', name)),
    async cleanup() {
      await Promise.all(providers.map((provider) => provider.close()));
      for (const cluster of refs.keys()) await removeAll(engine, cluster);
    },
  };
}

function aRef(name: string, image: string, subnet: string): ClusterRef {
  const spec = clusterSpecSchema.parse({
    apiVersion: 'skep/v1alpha1',
    kind: 'ClusterSpec',
    metadata: { name },
    spec: {
      provider: 'local',
      managers: { count: 3 },
      workers: [{ name: 'web', count: 1 }],
      local: { image, ...NODE_FLAGS, subnet },
    },
  });
  return { cluster: name as ClusterName, spec };
}

async function removeAll(engine: RealEngine, cluster: string): Promise<void> {
  for (const thing of await engine.labelled(`skep.cluster=${cluster}`)) {
    const [kind = '', name = ''] = thing.split(' ');
    await engine.docker(kind, 'rm', ...(kind === 'container' ? ['-fv', name] : [name])).catch(() => {}); // went with another
  }
}
