import { type ElectronApplication, _electron as electron } from 'playwright-core';

/** How long a start may take. */
const launchMs = 25_000;
const mostStarts = 3;

/**
 * Starts Electron for Playwright, which never comes back when it attaches in the very moment the page is committed: it
 * then waits for a navigation that has been. What is started holds its page back until Playwright is attached
 * (`hold.cjs`); an app that does not come back all the same is ended and started again, twice at most. `pidOf` says
 * which process the one is that did not come back, and throws when that cannot be known.
 */
export async function launch(
  options: NonNullable<Parameters<typeof electron.launch>[0]>,
  pidOf: () => number,
): Promise<ElectronApplication> {
  for (let start = 0; start < mostStarts; start += 1) {
    const launched = electron.launch(options);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), launchMs);
    });
    const app = await Promise.race([launched, late]).finally(() => clearTimeout(timer));
    if (app !== null) return app;
    launched.catch(() => {});
    process.kill(pidOf(), 'SIGKILL');
  }
  throw new Error(`Electron was started ${mostStarts} times and never came back within ${launchMs} ms.`);
}
