import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { serveHarness } from '../renderer/harness/serve';
import { findBroken, findBrokenInEitherTheme } from './broken';
import type { HarnessBuild } from './harness-build';
import { launch } from './launch';

const modules = createRequire(__filename);

/** The window over a core in the page, in the product's own Electron: what the core says is the test's to choose. */
export interface Harness {
  readonly page: Page;
  /** What went wrong in the page: errors, refused loads, broken policies. */
  readonly complaints: string[];
  /** Begins anew with as much as named; `more` adds to the page's query, as `agents=echo`. */
  open(amount: 'none' | 'little' | 'much', theme?: 'light' | 'dark', more?: string): Promise<void>;
  /** Begins anew with a core that is not there until `harness.live()` is called in the page. */
  openSlow(): Promise<void>;
  resize(size: { readonly width: number; readonly height: number }): Promise<void>;
  /** Every call of this name the window made since it was opened. */
  called(name: string): Promise<readonly unknown[]>;
  /** Has a file of the change be another one before it is saved next, as if its agent had gone on. */
  changeMeanwhile(path: string, text: string): Promise<void>;
  /** The rules of accessibility the page breaks now, or what is found `inside` it, one line each. */
  broken(inside?: string): Promise<readonly string[]>;
  /** The same in the theme shown, and what of it goes by colours in the other one. */
  brokenInEitherTheme(inside?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Keeps React from noting for each element where in the code it was made: half of its time, and nobody reads it here. */
function forgetWhere(): void {
  Object.defineProperty(Error, 'stackTraceLimit', { get: () => 0, set: () => {} });
  Reflect.deleteProperty(console, 'createTask');
}

/**
 * A page lives for seconds here: what V8 optimises meanwhile takes longer than it saves, and so does clearing up after it,
 * for which there is room enough.
 */
const engine = '--no-opt --always-sparkplug --min-semi-space-size=32 --initial-old-space-size=512';

/** Serves the harness, which `harness-build.ts` has built, on 127.0.0.1 and opens it. */
export async function openHarness(
  size: { readonly width: number; readonly height: number },
  build: HarnessBuild = 'production',
): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'harness-'));
  const server = await serveHarness(inject('harness')[build]);
  const app = await launch(
    {
      executablePath: modules('electron') as unknown as string,
      args: ['--disable-gpu', '--log-level=3', `--js-flags=${engine}`, join(__dirname, 'harness-shell.cjs')],
      cwd: folder,
      env: {
        ...(process.env as Record<string, string>),
        HOME: folder,
        HARNESS_WIDTH: `${size.width}`,
        HARNESS_HEIGHT: `${size.height}`,
        HARNESS_URL: `${server.url}?amount=none`,
      },
    },
    () => Number(readFileSync(join(folder, 'pid'), 'utf8')),
  );
  const page = await app.firstWindow();
  if (build === 'development') await page.addInitScript(forgetWhere);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
  });
  let opened = 0;
  return {
    page,
    complaints,
    async open(amount, theme = 'light', more = '') {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      opened += 1;
      await page.goto(`${server.url}?amount=${amount}&opened=${opened}&${more}`);
      await page.getByText(/\d+ queued/).waitFor();
      await page.locator('.skeleton').waitFor({ state: 'detached' });
    },
    async openSlow() {
      await page.goto(`${server.url}?amount=little&slow`);
    },
    resize: ({ width, height }) =>
      app.evaluate(
        ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setContentSize(to[0] ?? 0, to[1] ?? 0),
        [width, height],
      ),
    called: (name) =>
      page.evaluate(
        (wanted) =>
          (
            window as unknown as { harness: { core: { called: { name: string; input: unknown }[] } } }
          ).harness.core.called
            .filter((call) => call.name === wanted)
            .map(({ input }) => input),
        name,
      ),
    changeMeanwhile: (path, text) =>
      page.evaluate(
        (to) =>
          (
            window as unknown as { harness: { core: { edits: { move(path: string, text: string): void } } } }
          ).harness.core.edits.move(to[0] ?? '', to[1] ?? ''),
        [path, text],
      ),
    broken: (inside) => findBroken(page, inside),
    brokenInEitherTheme: (inside) => findBrokenInEitherTheme(page, inside),
    async close() {
      await app.close().catch(() => {});
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
