import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { hasDisplay } from './setup/display.mjs';
import { electronEnvironment, findElectron } from './setup/electron.mjs';
import { runScript, SetupFailure } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { handOver, lastLines, run } from './setup/run.mjs';
import { ensureSystem, withCarried } from './setup/system.mjs';
import { openDisplay } from './suite/xvfb.mjs';

/** The benchmarks that open windows. */
const windowed = ['diff-render', 'startup', 'terminal-e2e', 'transcript'];

await runScript(async () => {
  const [name, ...args] = process.argv.slice(2);
  const names = readdirSync(join(root, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => parse(file).name);
  if (!name || !names.includes(name)) {
    console.error(`npm run bench -- NAME [--json], where NAME is one of: ${names.join(', ')}`);
    return 2;
  }
  await ensureInstalled();
  await ensureBuilt();
  await build();
  process.env.PATH = withCarried();
  const { env, close } = await equip(name);
  try {
    const program = join(root, 'out', 'bench', `${name}.mjs`);
    return await handOver(runtimeNode(), [program, ...args], { cwd: root, env: { ...process.env, ...env } });
  } finally {
    await close();
  }
});

async function build() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = join(root, 'bench', 'vite.config.mts');
  const { code, output } = await run(runtimeNode(), [vite, 'build', '--config', config, '--logLevel', 'warn'], {
    cwd: root,
  });
  if (code === 0) return;
  throw new SetupFailure({
    tried: 'to build bench/',
    because: lastLines(output, 30),
    type: 'npx vite build --config bench/vite.config.mts',
  });
}

/** @param {string} name */
async function equip(name) {
  if (!windowed.includes(name)) return { env: {}, close: async () => {} };
  const electron = await findElectron();
  await ensureSystem(
    ['window', 'fonts', ...(hasDisplay() ? [] : [/** @type {const} */ ('display')])],
    electron.executable,
  );
  const display = hasDisplay() ? { env: {}, close: async () => {} } : await openDisplay();
  return { env: { ...electronEnvironment(electron), ...display.env }, close: display.close };
}
