import { join } from 'node:path';
import { isAppOpen } from './setup/app-open.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { dataFolder, ensureWritable } from './setup/data-folder.mjs';
import { hasDisplay } from './setup/display.mjs';
import { electronEnvironment, findElectron, sandboxFlags } from './setup/electron.mjs';
import { runScript, SetupFailure } from './setup/failure.mjs';
import { ensureInstalled } from './setup/install.mjs';
import { runtimeNode } from './setup/node.mjs';
import { root } from './setup/places.mjs';
import { say } from './setup/progress.mjs';
import { handOver } from './setup/run.mjs';
import { ensureSystem } from './setup/system.mjs';

/** An app that ends with an error this soon has not opened its window. */
const tooSoon = 5_000;

await runScript(async () => {
  await ensureInstalled();
  await ensureBuilt();
  await ensureSystem(['git']);
  return hasDisplay() ? openWindow(process.argv.slice(2)) : runDemo();
});

/** @param {string[]} args */
async function openWindow(args) {
  const directory = process.env.INIT_CWD || process.cwd();
  const data = dataFolder(process.env, directory);
  ensureWritable(data);
  const electron = await findElectron();
  await ensureSystem(['window', 'fonts'], electron.executable);
  const shell = `${electron.origin === 'compat' ? 'the older ' : ''}Electron ${electron.version}`;
  // The app that is open hears of this start and comes to the front.
  say(isAppOpen(data) ? '· Switchyard is already open' : `· Opening Switchyard (${shell})`);
  const started = performance.now();
  const code = await handOver(electron.executable, [...sandboxFlags(), '--log-level=3', root, ...args], {
    cwd: directory,
    env: { ...process.env, ...electronEnvironment(electron) },
  });
  if (code !== 0 && code !== 130 && code !== 143 && performance.now() - started < tooSoon)
    throw windowFailure(electron.executable, code);
  return code;
}

async function runDemo() {
  say(
    [
      '· There is no display here (DISPLAY and WAYLAND_DISPLAY are empty), so the window cannot open.',
      '  For the window: npm start in a desktop session, or over ssh -X, or xvfb-run -a npm start.',
      '  Meanwhile, the same work in the terminal:',
      '',
    ].join('\n'),
  );
  return handOver(runtimeNode(), [join(root, 'out', 'main', 'cli.js'), 'demo']);
}

/**
 * @param {string} executable
 * @param {number} code
 */
function windowFailure(executable, code) {
  return new SetupFailure({
    tried: `${executable} ${root}`,
    because: `it ended at once with code ${code}; its own words are above`,
    type: [
      'npm run -s switchyard -- doctor   (checks what Switchyard needs)',
      'npm run -s switchyard -- demo     (the same work in the terminal, without a window)',
      ...(process.platform === 'linux'
        ? ['sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0   (when the words above are about a sandbox)']
        : []),
    ],
  });
}
