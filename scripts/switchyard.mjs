#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { knownElectron } from './setup/electron.mjs';
import { runScript, SetupFailure } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';

await runScript(async () => {
  await ensureInstalled();
  await ensureBuilt();
  return handOver(runtimeNode(), [join(root, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], {
    cwd: whereTheyAre(),
    env: { ...process.env, ...theWindow() },
  });
});

/** Which Electron would open the window, for those who ask; only its path, because the terminal runs on Node. */
function theWindow() {
  const electron = knownElectron();
  return electron ? { ELECTRON_EXEC_PATH: electron.executable } : {};
}

/** npm runs a script in the checkout and remembers where the person was; relative paths mean the latter. */
function whereTheyAre() {
  const folder = (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd();
  if (existsSync(folder)) return folder;
  throw new SetupFailure({
    tried: `A command in ${folder}`,
    because: 'that folder is gone',
    type: 'cd, then the same',
  });
}
