import { setTimeout as sleep } from 'node:timers/promises';
import { clusterSpecSchema } from '../../src/model/cluster-spec/schema.ts';
import type { ClusterName } from '../../src/model/ids.ts';
import type { ClusterRef } from '../../src/providers/provider.ts';
import { eventuallyBy, type Subject } from '../conformance/subject.ts';
import { swarmConformance } from '../conformance/swarm-conformance.ts';
import { makeTableAt } from '../stores/tables.ts';
import { createContainerGroup } from '../support/container-group.ts';
import { followInstances } from '../support/instances.ts';
import { NODE_FLAGS, NODE_IMAGES, SERVICE_IMAGE, startEngine } from '../support/real-engine.ts';
import { startDynamoDbLocal } from '../support/stand-ins.ts';

const NAME = 'swarm';

/** The `Swarm` port made of orders and views, over real engines, each with a process `skep agent` of its own. */
async function makeSubject(): Promise<Subject> {
  const [engine, store] = await Promise.all([
    startEngine('conf-agents', ['--images', '28.5,service']),
    startDynamoDbLocal(),
  ]);
  const table = await makeTableAt(store.url);
  const instances = await followInstances(engine, NAME, { table: table.name, dynamodb: store.url });
  const provider = createContainerGroup(engine.dockerHost, 'me', table.table);
  const ref: ClusterRef = {
    cluster: NAME as ClusterName,
    term: 1,
    spec: clusterSpecSchema.parse({
      apiVersion: 'skep/v1alpha1',
      kind: 'ClusterSpec',
      metadata: { name: NAME },
      spec: {
        provider: 'local',
        managers: { count: 3 },
        workers: [{ name: 'web', count: 1 }],
        local: { image: NODE_IMAGES.newest, ...NODE_FLAGS, subnet: engine.subnet(1) },
      },
    }),
  };
  return {
    provider,
    ref: () => ref,
    eventually: eventuallyBy(sleep as (ms: number) => Promise<void>, 100),
    newProvider: () => provider,
    killMachine: async (_, machine) => void (await engine.docker('kill', machine)),
    async deployService(_, via, { name, replicas }) {
      const options = ['--detach', '--no-resolve-image', '--update-order', 'start-first', '--stop-grace-period', '1s'];
      const spec = ['--name', name, '--replicas', String(replicas), '--label', 'team=ops', '--env', 'A=1'];
      await engine.inNode(via, 'service', 'create', ...options, ...spec, SERVICE_IMAGE, 'sleep', '100000');
    },
    removeService: async (_, via, name) => void (await engine.inNode(via, 'service', 'rm', name)),
    specOf: async (_, via, name) =>
      JSON.parse(await engine.inNode(via, 'service', 'inspect', '--format', '{{json .Spec}}', name)),
    async cleanup() {
      await instances.stop();
      await provider.close();
      table.close();
      await Promise.all([engine.down(), store.end()]);
    },
  };
}

swarmConformance('agents of real engines', makeSubject);
