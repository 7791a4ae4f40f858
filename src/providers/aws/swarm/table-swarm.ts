import { ok } from '../../../base/result.ts';
import type { Swarm } from '../../provider.ts';
import { createInit } from './init.ts';
import type { Looks } from './looks.ts';
import { createOrdering } from './ordering.ts';
import { createRequesting } from './requesting.ts';
import type { TableSwarmOptions } from './swarm-options.ts';

/**
 * The Docker swarm of a cluster whose nodes nobody reaches from outside: looks are answered by the agents' reports and
 * views, writes are orders to the managers' agents and requests to single nodes. `via` and `through` are not asked: the
 * leader's agent takes the order, and how to join stands in the table.
 */
export function createTableSwarm(options: TableSwarmOptions, looks: Looks): Swarm {
  const order = createOrdering(options);
  const request = createRequesting(options);
  return {
    async observe(ref, machines, signal) {
      const members = machines.filter(({ engine }) => engine !== null && engine.swarm !== 'inactive');
      return members.length === 0 ? ok(null) : looks.view(ref, signal);
    },
    init: createInit(options),
    forceNew: (ref, machine, signal) => request(ref, machine, 'force-new', signal),
    join: (ref, machine, _through, signal) => request(ref, machine, 'join', signal),
    leave: (ref, machine, signal) => request(ref, machine, 'leave', signal),
    setSwarm: (ref, _via, version, swarmOptions, signal) =>
      order(ref, { verb: 'set-swarm', version, options: swarmOptions }, signal),
    setNode: (ref, _via, { id: node, version }, { availability, labels }, signal) =>
      order(ref, { verb: 'set-node', node, version, availability, labels: { ...labels } }, signal),
    promote: (ref, _via, { id: node, version }, signal) => order(ref, { verb: 'promote', node, version }, signal),
    demote: (ref, _via, { id: node, version }, signal) => order(ref, { verb: 'demote', node, version }, signal),
    remove: (ref, _via, node, force, signal) => order(ref, { verb: 'remove', node, force }, signal),
    constrain: (ref, _via, { id: service, version }, { node: against, on }, signal) =>
      order(ref, { verb: 'constrain', service, version, against, on }, signal),
    rebalance: (ref, _via, { id: service, version }, signal) =>
      order(ref, { verb: 'rebalance', service, version }, signal),
  };
}
