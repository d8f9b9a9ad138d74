import { join } from 'node:path';
import { runScript } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver } from './setup/run.mjs';

await runScript(async () => {
  await ensureInstalled();
  const support = join(root, 'test', 'support');
  return handOver(
    runtimeNode(),
    [
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      '--import',
      join(support, 'typescript.mjs'),
      join(support, 'command-reference-main.ts'),
    ],
    { cwd: root },
  );
}, 'Writes docs/cli.md anew from the commands.');
