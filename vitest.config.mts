import { defineConfig } from 'vitest/config';

/** Suites that need more than Node and git; each is a project of its own so that a stage can run it alone. */
const special = ['test/agents/**', 'test/e2e/**', 'test/fault/**'];

/** Suites that start whole programs take turns: two at once on two cores only measure each other. */
const oneAtATime = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: 'coverage',
      thresholds: { lines: 90 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: special,
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { name: 'agents', include: ['test/agents/**/*.test.ts'], ...oneAtATime } },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...oneAtATime } },
      // Not a test: takes the pictures of docs/screenshots.
      { extends: true, test: { name: 'screenshots', include: ['test/screenshots/*.shot.ts'], ...oneAtATime } },
      { extends: true, test: { name: 'fault', include: ['test/fault/**/*.test.ts'], ...oneAtATime } },
    ],
  },
});
