import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder with the built harness. */
    harness: string;
  }
}

/** Builds the harness once for all files that open it; the folder goes when the last has ended. */
export default async function buildHarness(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'harness-page-'));
  process.env.HARNESS_OUT = folder;
  await build({
    configFile: resolve(import.meta.dirname, '../renderer/harness/vite.config.mts'),
    logLevel: 'error',
  });
  project.provide('harness', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
