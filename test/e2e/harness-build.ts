import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

/**
 * How the harness is built: as the window is that people get, or so that React says what it finds wrong, which makes the
 * page half as fast.
 */
export type HarnessBuild = 'production' | 'development';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of each build. */
    harness: Readonly<Record<HarnessBuild, string>>;
  }
}

/** Builds the harness once for all files that open it; the folder goes when the last has ended. */
export default async function buildHarness(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'harness-page-'));
  const folders = { production: join(folder, 'production'), development: join(folder, 'development') };
  const { HARNESS_OUT: out, NODE_ENV: mode } = process.env;
  for (const kind of ['production', 'development'] as const) {
    process.env.HARNESS_OUT = folders[kind];
    // Which React is taken goes by this, and here it says that tests are run.
    process.env.NODE_ENV = kind;
    await build({
      configFile: resolve(import.meta.dirname, '../renderer/harness/vite.config.mts'),
      logLevel: 'error',
    });
  }
  Object.assign(process.env, { NODE_ENV: mode });
  if (out === undefined) delete process.env.HARNESS_OUT;
  project.provide('harness', folders);
  return () => rmSync(folder, { recursive: true, force: true });
}
