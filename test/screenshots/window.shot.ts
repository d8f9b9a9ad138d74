import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Machine, makeMachine, openDesktop } from '../e2e/desktop';

const root = resolve(__dirname, '..', '..');
const folder = join(root, 'docs', 'screenshots');
const size = { width: 1440, height: 900 };

const uploader = `import { put } from './bucket.js';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Uploads a file and tries again when the network fails, a little later each time. */
export async function upload(file, { attempts = 4, wait = 250 } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put(file.name, file.body);
    } catch (error) {
      const again = error.retryable && attempt < attempts;
      if (!again) throw error;
      await sleep(wait * 2 ** (attempt - 1));
    }
  }
}
`;

/** A small service with a few tasks in every state a day brings. */
const tasks = [
  {
    title: 'Rename the config loader',
    prompt:
      'Rename loadCfg to loadConfig everywhere.\n[write: src/config.js | export function loadConfig(path) {\\n  return JSON.parse(read(path));\\n}\\n]',
    ending: 'approve',
  },
  {
    title: 'Add retry to the uploader',
    prompt: `Uploads fail on flaky networks. Try again up to four times, waiting twice as long each time, but only when the error is retryable.\n[say: put() throws errors with a retryable flag, so the uploader can tell a timeout from a refusal.]\n[plan: Read how put() fails | Retry with growing waits | Keep errors that cannot be retried]\n[write: src/upload.js | ${uploader.replaceAll('\n', '\\n')}]\n[say: The uploader now retries with growing waits and gives up at once on errors that cannot be retried.]`,
    ending: 'plan',
  },
  {
    title: 'Docs for webhooks',
    prompt:
      'Explain how a webhook is signed.\n[write: docs/webhooks.md | # Webhooks\\n\\nEvery delivery is signed.\\n]',
    ending: 'review',
  },
  {
    title: 'Fix the flaky login test',
    prompt:
      'The login test fails one time in ten.\n[say: The test waits 50 ms for a redirect that takes longer on a busy machine.]\n[permission: npm test -- --grep login --repeat 20]',
    ending: 'wait',
  },
  {
    title: 'Which database for sessions?',
    prompt:
      'Move sessions out of memory.\n[ask: Where should sessions live? | The Postgres that is there already | A Redis beside it]',
    ending: 'wait',
  },
  {
    title: 'Speed up the CSV import',
    prompt: 'Stream the file instead of reading it whole.\n[say: Reading the importer first.]\n[wait: 600s]',
    ending: 'run',
  },
  {
    title: 'Remove the old feature flags',
    prompt:
      'Flags older than a year.\n[fail: Two flags are still read by the mobile app, which is not in this repository.]',
    ending: 'fail',
  },
];

test.each([
  { name: 'light', dark: false },
  { name: 'dark', dark: true },
])('the window, $name', { timeout: 180_000 }, async ({ name, dark }) => {
  const machine = service();
  const desktop = await openDesktop(machine, { dark });
  try {
    const { app, page } = desktop;
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
    await app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      size,
    );
    for (const task of tasks) await make(machine, task);
    const go = (place: string) =>
      page
        .getByRole('navigation', { name: 'Places' })
        .getByRole('button', { name: new RegExp(`^${place}`) })
        .click();
    const take = async (place: string) => {
      // What appears takes 120 ms; letters change when their faces are there.
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(600);
      await page.screenshot({ path: join(folder, `${place}-${name}.png`) });
    };
    mkdirSync(folder, { recursive: true });
    await go('Inbox');
    await page
      .getByRole('button', { name: /Allow$/ })
      .first()
      .waitFor();
    await take('inbox');
    await go('Review');
    await page.getByRole('region', { name: 'Tasks' }).getByText('Add retry to the uploader').first().click();
    await page.getByRole('tab', { name: /Changes/ }).click();
    await page.getByText('retryable').first().waitFor();
    await take('review');
    expect(desktop.complaints).toEqual([]);
  } finally {
    await desktop.close();
    machine.remove();
  }
});

function service(): Machine {
  const machine = makeMachine();
  const path = join(machine.folder, 'parcel-api');
  renameSync(machine.repository, path);
  const service = { ...machine, repository: path };
  mkdirSync(join(path, 'src'));
  writeFileSync(
    join(path, 'src', 'upload.js'),
    "import { put } from './bucket.js';\n\nexport async function upload(file) {\n  return put(file.name, file.body);\n}\n",
  );
  writeFileSync(
    join(path, 'src', 'config.js'),
    'export function loadCfg(path) {\n  return JSON.parse(read(path));\n}\n',
  );
  const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: path, env: machine.environment });
  return Object.assign(service, { ready: git('add', '.').then(() => git('commit', '-qm', 'Upload parcels')) });
}

async function make(machine: Machine, task: (typeof tasks)[number]): Promise<void> {
  await (machine as Machine & { ready?: Promise<unknown> }).ready;
  const type = async (...words: string[]) => {
    const ran = promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...words, '--json'], {
      cwd: machine.folder,
      env: machine.environment,
    });
    // A task that fails on purpose fails the command that waits for it.
    return JSON.parse((await ran.catch((error: { stdout: string }) => error)).stdout);
  };
  const waits = task.ending === 'run' ? [] : ['--wait'];
  const added = await type(
    'task',
    'add',
    '--repository',
    machine.repository,
    '--trust',
    '--agent',
    'echo',
    '--title',
    task.title,
    '--prompt',
    task.prompt,
    ...waits,
  );
  if (task.ending === 'approve') await type('task', 'approve', `${added.id}`);
  if (task.ending === 'plan') {
    await type('answer', `${added.requests[0].id}`, '--allow');
    await type('task', 'wait', `${added.id}`);
  }
}
