#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { knownElectron } from './setup/electron.mjs';
import { runScript, SetupFailure } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { hasRuntimeNode, runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';

const program = join(root, 'out', 'main', 'cli.js');
await runScript(async () => {
  // A shell that asks because Tab was pressed waits for no install and no build: it takes what is there.
  const isAsked = process.argv[2] === 'complete';
  if (isAsked && !(hasRuntimeNode() && existsSync(program))) return 1;
  if (!isAsked) {
    await ensureInstalled();
    await ensureBuilt();
  }
  return handOver(runtimeNode(), [program, ...process.argv.slice(2)], {
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
