import { buildAgain } from './setup/build.mjs';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';

await runScript(async () => {
  await ensureInstalled();
  await buildAgain();
  return 0;
}, 'Builds Switchyard into out/, after setting up what that needs.');
