import type { EngineAnswer, EngineFacts, HostFacts, NodeTrial } from '../../../src/model/host-facts.ts';
import type { HostExam } from '../../../src/providers/provider.ts';

const GB = 1e9;

/** A host on which nothing is wrong. */
export const aHost = (wish: Partial<HostFacts> = {}): HostFacts => ({
  modules: { overlay: 'present', vxlan: 'present', ip_vs: 'present' },
  inotify: { watches: 524_288, instances: 512 },
  disk: { free: 50 * GB, total: 100 * GB },
  memoryAvailable: 8 * GB,
  routes: [{ device: 'eth0', network: '192.0.2.0/24' }],
  listening: [{ address: '127.0.0.1', port: 22 }],
  ...wish,
});

/** An engine with which nothing is wrong. */
export const anEngine = (wish: Partial<EngineFacts> = {}): EngineFacts => ({
  version: '28.5.2',
  api: { lowest: '1.24', highest: '1.51' },
  ourApi: { lowest: '1.41', highest: '1.47' },
  operatingSystem: 'Debian GNU/Linux 12',
  rootless: false,
  cgroupVersion: 2,
  cgroupDriver: 'systemd',
  dataRoot: '/var/lib/docker',
  memoryTotal: 16 * GB,
  clockAheadMs: 20,
  clockErrorMs: 15,
  networks: [{ name: 'bridge', cluster: null, subnets: ['172.17.0.0/16'] }],
  published: [],
  host: aHost(),
  ...wish,
});

const RUNS: NodeTrial = { kind: 'runs', imageOrigin: 'docker:28-dind, already here', further: {} };

export interface RecordedExam extends HostExam {
  /** Images of which a node was tried, in order. */
  readonly tried: string[];
  closed: boolean;
}

export function anExam(
  answer: EngineAnswer = { answers: true, facts: anEngine() },
  trial: NodeTrial = RUNS,
): RecordedExam {
  const exam: RecordedExam = {
    tried: [],
    closed: false,
    engine: async () => answer,
    tryNode: async ({ image }) => {
      exam.tried.push(image);
      return trial;
    },
    close: () => {
      exam.closed = true;
    },
  };
  return exam;
}
