import { collide, type Publish, parsePublish } from '../../model/cluster-spec/publish.ts';
import type { Finding } from '../../model/finding.ts';
import type { EngineFacts } from '../../model/host-facts.ts';
import { ok, trouble, type Wanted, warning } from './wanted.ts';

/** Whether what `spec.local.publish` asks for is free. One that the cluster's own forwarder holds is. */
export function judgePorts(facts: EngineFacts, wanted: readonly Wanted[]): readonly Finding[] {
  return wanted.flatMap((one) => {
    const asked = one.local.publish.flatMap((text) => parsePublish(text) ?? []);
    if (asked.length === 0) return [];
    const found = asked.flatMap((publish) => taken(publish, one, facts, wanted) ?? []);
    if (found.length > 0) return found;
    const ports = asked.map(({ hostPort }) => hostPort).join(', ');
    if (facts.host === null || facts.host.listening === null) {
      const saw = `no container holds port ${ports}; whether another program does cannot be told`;
      return [warning('ports', saw, 'look where the engine runs: ss -ltn', one.cluster)];
    }
    return [ok('ports', `free to publish: ${ports}`, one.cluster)];
  });
}

function taken(publish: Publish, one: Wanted, facts: EngineFacts, wanted: readonly Wanted[]): Finding | null {
  const { hostPort } = publish;
  const at = (address: string, port: number): Publish => ({
    ip: address === '0.0.0.0' ? null : address,
    hostPort: port,
    nodePort: port,
  });
  const say = (who: string): Finding =>
    trouble(
      'ports',
      `port ${hostPort} is taken by ${who}`,
      'free it, or publish another in spec.local.publish',
      one.cluster,
    );
  const holders = facts.published.filter(({ address, port }) => collide(publish, at(address, port)));
  const stranger = holders.find(({ cluster }) => one.cluster === null || cluster !== one.cluster);
  if (stranger) return say(`the container ${stranger.container}`);
  const rival = wanted.find(
    (other) => other !== one && other.local.publish.some((text) => isSame(parsePublish(text), publish)),
  );
  if (rival) return say(`the document of ${rival.cluster}`);
  if (holders.length > 0) return null; // ours: docker-proxy listens for it
  const listener = facts.host?.listening?.find(({ address, port }) => collide(publish, at(address, port)));
  return listener ? say('a program of the host') : null;
}

const isSame = (a: Publish | null, b: Publish): boolean => a !== null && collide(a, b);
