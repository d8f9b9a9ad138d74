import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { programSources } from './programs';

const root = resolve(import.meta.dirname, '../..');

/**
 * Bundles the programs of tests for this run, and says where to the tests. They lie in the checkout, where they find
 * native modules; the folder goes when the last test has ended. Projects that share a run share them.
 */
export default async function bundlePrograms(): Promise<() => void> {
  if (process.env.SWITCHYARD_TEST_PROGRAMS !== undefined) return () => {};
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'switchyard-programs-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['better-sqlite3', '@lydell/node-pty'] },
    build: {
      ssr: true,
      target: 'node22',
      outDir: folder,
      minify: false,
      rolldownOptions: {
        input: { ...programSources, 'compile-cache': 'test/support/compile-cache.mjs' },
        output: { entryFileNames: '[name].mjs', chunkFileNames: 'part-[hash].mjs' },
      },
    },
  });
  process.env.SWITCHYARD_TEST_PROGRAMS = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
