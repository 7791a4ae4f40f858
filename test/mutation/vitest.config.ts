import { defineConfig } from 'vitest/config';

/** What mutants of the planner have to survive: its tests by example and by property, none that takes seconds. */
export default defineConfig({
  test: {
    include: ['test/controller/plan/**/*.test.ts', 'test/controller/holds.test.ts', 'test/model/*.test.ts'],
    isolate: false,
  },
});
