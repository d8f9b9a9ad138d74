import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Suites that need more than Node and git; each is a project of its own so that a stage can run it alone. */
const special = ['test/agents/**', 'test/e2e/**', 'test/fault/**'];

/** What only tests with windows may see: the app's program, and the displays npm test opened, one for each worker. */
const windows = JSON.parse(process.env.SWITCHYARD_TEST_WINDOWS ?? '{}') as Readonly<Record<string, string>>;
const displays = (windows.SWITCHYARD_TEST_DISPLAYS ?? '').split(',').filter((display) => display !== '');

/**
 * What takes longest, in that order: begun last, it would be waited for alone. The others are begun by their size. In the run that
 * agents, crashes and windows share, those that compute stand among those that wait.
 */
const longest = [
  ...[
    'e2e/renderer-states',
    'agents/claude',
    'e2e/renderer-review',
    'fault/answers',
    'agents/goose',
    'e2e/renderer-keyboard',
  ],
  ...['fault/kill-runtime', 'e2e/renderer-places', 'fault/hosts', 'e2e/main-job', 'agents/takeover', 'e2e/terminal'],
  ...['agents/main-job', 'e2e/renderer', 'fault/orphans', 'e2e/renderer-desktop', 'fault/adoption', 'e2e/new-task'],
  ...['fault/takeover', 'e2e/same-place', 'agents/budgets', 'e2e/monitor', 'fault/approve-races', 'e2e/shell'],
  ...[
    'cli/commands',
    'core/git/land',
    'core/commands/stacking',
    'core/commands/checkpoints',
    'core/commands/agent-reviews',
  ],
].map((file) => `/test/${file}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((file) => moduleId.endsWith(file));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

/** Ends what never comes; how long what comes takes is for the machine to say. */
const long = { testTimeout: 300_000, hookTimeout: 300_000 };
/** What tests start as processes is bundled first. */
const programs = ['test/support/bundle-programs.ts'];
const oneAtATime = { ...long, fileParallelism: false };

/** Each file opens an app of its own, on a display of its own, so that no window takes the focus from another's. */
const desktops = {
  ...long,
  env: windows,
  fileParallelism: displays.length > 1,
  globalSetup: ['test/e2e/harness-build.ts'],
  setupFiles: ['test/e2e/own-display.ts'],
  // As in the unit tests: what each file opens it closes, and nothing else of it is left in its process.
  isolate: false,
};

export default defineConfig({
  test: {
    // Tests wait for git far more than they compute, so no core is left idle for the sake of the runner.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/template-room.ts'],
    // Each of the many thousand programs that tests start is a copy of the worker first, which costs by the memory it has touched.
    execArgv: ['--max-semi-space-size=1'],
    // What is waited for comes when it comes; only what never comes should fail.
    expect: { poll: { timeout: 10_000 } },
    coverage: {
      provider: 'custom',
      customProviderModule: './test/support/coverage.ts',
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
          globalSetup: programs,
          ...long,
          // A process for each of the many files costs a tenth of the whole run. No file changes what the next one finds.
          isolate: false,
        },
      },
      // Agents mostly wait for their model, so two of them get in each other's way no more than one.
      {
        extends: true,
        test: { name: 'agents', include: ['test/agents/**/*.test.ts'], globalSetup: programs, ...long, isolate: false },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...desktops } },
      // Not a test: takes the pictures of docs/screenshots.
      { extends: true, test: { name: 'screenshots', include: ['test/screenshots/*.shot.ts'], ...oneAtATime } },
      // They wait for what was killed to be noticed far more than they compute, and go by what happened, not by when.
      {
        extends: true,
        test: { name: 'fault', include: ['test/fault/**/*.test.ts'], globalSetup: programs, ...long, isolate: false },
      },
    ],
  },
});
