import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runnerImport } from 'vite';

const root = resolve(import.meta.dirname, '../..');
/** Loads a source by the bundler: not every Node that the product runs on runs its sources as they are. */
const load = (/** @type {string} */ file) =>
  runnerImport(join(root, file), { configFile: false, root, logLevel: 'warn' }).then(({ module }) => module);

const [{ commands }, { commandReference }] = await Promise.all([
  load('cli/commands.ts'),
  load('test/support/command-reference.ts'),
]);
writeFileSync(process.argv[2] ?? join(root, 'docs', 'cli.md'), commandReference(commands));
