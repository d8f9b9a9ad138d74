#!/usr/bin/env node
import { join } from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';

await runScript(async () => {
  await ensureInstalled();
  await ensureBuilt();
  return handOver(runtimeNode(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    cwd: whereTheyAre(),
  });
});

/** npm runs a script in the checkout and remembers where the person was; relative paths mean the latter. */
function whereTheyAre() {
  return (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd();
}
