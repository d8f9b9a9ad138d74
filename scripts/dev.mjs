import { join } from 'node:path';
import { electronEnvironment, findElectron, sandboxFlags } from './setup/electron.mjs';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';
import { ensureSystem } from './setup/system.mjs';

await runScript(async () => {
  await ensureInstalled();
  const electron = await findElectron();
  await ensureSystem(['git', 'window', 'fonts'], electron.executable);
  const noSandbox = sandboxFlags().length > 0 ? { NO_SANDBOX: '1' } : {};
  const bundler = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  return handOver(runtimeNode(), [bundler, 'dev', '--watch', ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, ...electronEnvironment(electron), ...noSandbox },
  });
});
