import { join } from 'node:path';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';

await runScript(async () => {
  await ensureInstalled();
  return handOver(runtimeNode(), [join(root, 'test', 'support', 'command-reference-main.mjs')], { cwd: root });
}, 'Writes docs/cli.md anew from the commands.');
