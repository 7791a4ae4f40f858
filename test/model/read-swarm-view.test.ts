import { expect, it } from 'vitest';
import type { SwarmView } from '../../src/model/observed.ts';
import { readSwarmView } from '../../src/model/read-swarm-view.ts';
import { aMember, aService, aSwarm, aTask } from '../support/builders.ts';

it('reads what an older skep kept of a swarm, with the defaults of Docker', () => {
  const { resources: _r, engineLabels: _e, platform: _p, ...member } = aMember('n1');
  const { id, name, mode, replicas, labels, localData } = aService('web', { labels: { a: '1' } });
  const { restarts: _, ...task } = aTask('web', 'n1');
  const { options: _o, ...swarm } = aSwarm();
  const old = {
    ...swarm,
    members: [member],
    services: [{ id, name, mode, replicas, labels, localData }],
    tasks: [task],
  };
  const unknown = { resources: { nanoCpus: 0, memoryBytes: 0 }, platform: { os: '', arch: '' } };
  expect(readSwarmView(old as unknown as SwarmView)).toEqual(
    aSwarm({
      members: [aMember('n1', unknown)],
      services: [aService('web', { version: 0, labels: { a: '1' } })],
      tasks: [aTask('web', 'n1')],
    }),
  );
});

it('changes nothing of what this skep kept', () => {
  const swarm = aSwarm({ members: [aMember('n1')], services: [aService('web', { hostPorts: ['80/tcp'] })] });
  expect(readSwarmView(swarm)).toEqual(swarm);
});
