import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from './support/report';

/*
 * From starting the program to its window being shown: ours beside a window with an empty page, taken in turns in one
 * run.
 */

const root = process.cwd();
const rounds = process.argv.includes('--quick') ? 3 : 11;
const executable = process.env.ELECTRON_EXEC_PATH;
if (executable === undefined)
  throw new Error('Run this as `npm run bench -- startup`: it finds the Electron to measure.');
const folder = mkdtempSync(join(tmpdir(), 'switchyard-startup-'));

/** Says when the window is shown and ends; loaded before the program it measures. */
const watcher = `
const { app } = require('electron');
const say = (word) => process.stdout.write(word + '\\n');
app.on('browser-window-created', (_event, window) => {
  window.once('show', () => { say('shown'); app.exit(0); });
});
`;
const programs = {
  empty: `${watcher}
const { BrowserWindow } = require('electron');
app.setPath('userData', ${JSON.stringify(join(folder, 'empty-data'))});
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  window.loadFile(${JSON.stringify(join(folder, 'empty.html'))});
});`,
  ours: `${watcher}
app.setAppPath(${JSON.stringify(root)});
require(${JSON.stringify(join(root, 'out', 'main', 'main.js'))});`,
};

function prepare(): void {
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>Empty</title>');
  for (const [name, text] of Object.entries(programs)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'main.js' }));
    writeFileSync(join(folder, name, 'main.js'), text);
  }
}

/** Milliseconds from the start of the program to the word it says. */
function measure(name: keyof typeof programs): Promise<number> {
  return new Promise((resolve, reject) => {
    const flags = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--log-level=3'];
    const start = performance.now();
    let shown: number | undefined;
    const child = spawn(executable ?? '', [...flags, join(folder, name)], {
      env: { ...process.env, SWITCHYARD_HOME: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('shown')) shown ??= performance.now() - start;
    });
    child.once('error', reject);
    child.once('close', () => (shown === undefined ? reject(new Error(`${name} showed no window.`)) : resolve(shown)));
  });
}

prepare();
try {
  // The first start of each fills caches and makes its profile; it is not counted.
  await measure('empty');
  await measure('ours');
  const empty: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    empty.push(await measure('empty'));
    ours.push(await measure('ours'));
  }
  const baseline = median(empty);
  report([
    { name: 'startup-empty-window', value: baseline, unit: 'ms', ratio: 1 },
    { name: 'startup-window-shown', value: median(ours), unit: 'ms', ratio: median(ours) / baseline },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
