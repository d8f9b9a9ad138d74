import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from './support/report';

/*
 * From starting the program to its window being shown, and to its being of use, with the runtime behind it: ours beside a
 * window with an empty page, taken in turns in one run.
 */

const root = process.cwd();
const rounds = process.argv.includes('--quick') ? 3 : 11;
const executable = process.env.ELECTRON_EXEC_PATH;
if (executable === undefined)
  throw new Error('Run this as `npm run bench -- startup`: it finds the Electron to measure.');
const folder = mkdtempSync(join(tmpdir(), 'switchyard-startup-'));

/** What a program is measured by: its window is shown; the page says what to do first, which it knows from the runtime. */
type Word = 'shown' | 'of use';

/** Says these words when they are true, and ends with the last; loaded before the program it measures. */
const watcher = (last: Word) => `
const { app } = require('electron');
const say = (word) => process.stdout.write(word + '\\n', () => word === '${last}' && app.exit(0));
app.on('browser-window-created', (_event, window) => {
  window.once('show', () => say('shown'));
  window.webContents.once('dom-ready', () => window.webContents.executeJavaScript(\`new Promise((resolve) => {
    const look = () => document.querySelector('.welcome') && resolve(true);
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    look();
  })\`).then(() => say('of use'), () => {}));
});
`;
const programs = {
  empty: `${watcher('shown')}
const { BrowserWindow } = require('electron');
app.setPath('userData', ${JSON.stringify(join(folder, 'empty-data'))});
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, show: false, webPreferences: { sandbox: true } });
  window.once('ready-to-show', () => window.show());
  window.loadFile(${JSON.stringify(join(folder, 'empty.html'))});
});`,
  ours: `${watcher('of use')}
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

/** Milliseconds from the start of a program to each word it says. */
function measure(name: keyof typeof programs): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    const flags = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', '--log-level=3'];
    const start = performance.now();
    const said = new Map<string, number>();
    const child = spawn(executable ?? '', [...flags, join(folder, name)], {
      env: { ...process.env, SWITCHYARD_HOME: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const word of text.split('\n')) if (word !== '') said.set(word, performance.now() - start);
    });
    child.once('error', reject);
    child.once('close', () => resolve(said));
  });
}

/** How long it usually took to a word. */
function timeTo(word: Word, starts: readonly ReadonlyMap<string, number>[]): number {
  const times = starts.flatMap((said) => said.get(word) ?? []);
  if (times.length < starts.length) throw new Error(`A program ended before it said "${word}".`);
  return median(times);
}

prepare();
try {
  // The first start of each fills caches and makes its profile; it is not counted.
  await measure('empty');
  await measure('ours');
  const empty: ReadonlyMap<string, number>[] = [];
  const ours: ReadonlyMap<string, number>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    empty.push(await measure('empty'));
    ours.push(await measure('ours'));
  }
  const baseline = timeTo('shown', empty);
  const figure = (name: string, value: number) => ({ name, value, unit: 'ms', ratio: value / baseline });
  report([
    figure('startup-empty-window', baseline),
    figure('startup-window-shown', timeTo('shown', ours)),
    figure('startup-of-use', timeTo('of use', ours)),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
