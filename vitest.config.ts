import { defineConfig } from 'vitest/config';

/** Lives that take seconds each. */
const SEARCH = [
  'test/simulation/{plants,schedule,search}.test.ts',
  'test/simulation/rehearsal/**/*.test.ts',
  'test/soak/**/*.test.ts',
  'test/controller/disasters/**/*.test.ts',
  'test/controller/{drains,rollout,source-guards,source-guards-git}.test.ts',
  'test/controller/{healing,healing-limits,healing-managers,recovery}.test.ts',
  'test/controller/plan/{plan,node-drift}.property.test.ts',
  'test/controller/loop/{controller-on-disk,git-age,fleet}.test.ts',
  'test/model/cluster-spec/hostile.test.ts',
  'test/providers/simulated/world-race.test.ts',
];

/**
 * unit: in this process; search: whole controllers in virtual time, for minutes; process: the built program, no engine;
 * stores: suites on stand-ins for DynamoDB; real: suites on real Docker engines, two files at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          pool: 'forks',
          // vitest's own defaults leave a core idle and load every module anew for each file: a third of the time.
          maxWorkers: '100%',
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**', 'test/process/**', 'test/stores/**', ...SEARCH],
          // None takes a tenth of it on an idle machine; a busy one is no reason to fail.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'search',
          pool: 'forks',
          maxWorkers: '100%',
          include: SEARCH,
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'process',
          pool: 'forks',
          maxWorkers: 2,
          include: ['test/process/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stores',
          pool: 'forks',
          maxWorkers: 2,
          include: ['test/stores/**/*.test.ts'],
          globalSetup: 'test/stores/both-stores.ts',
          env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          pool: 'forks',
          include: ['test/real/**/*.test.ts'],
          maxWorkers: 2,
          env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
