import { join } from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { electronEnvironment, findElectron } from './setup/electron.mjs';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';
import { ensureSystem } from './setup/system.mjs';
import { openDisplay } from './suite/xvfb.mjs';

await runScript(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const electron = await findElectron();
  await ensureSystem(['git', 'window', 'fonts', 'display'], electron.executable);
  const display = await openDisplay();
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    return await handOver(runtimeNode(), [vitest, 'run', '--project', 'screenshots'], {
      cwd: root,
      env: { ...process.env, ...electronEnvironment(electron), ...display.env },
    });
  } finally {
    await display.close();
  }
}, 'Takes the pictures in docs/screenshots anew, in the real app with real tasks.');
