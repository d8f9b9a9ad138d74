import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goesOnWords } from '../../../core/runner/driving';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { dueLandings } from '../../../core/store/due-landings';
import { hostProgram } from '../../support/host';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

const size = { columns: 80, rows: 24 };

let bed: Bed;
let repositoryId: number;
beforeAll(async () => {
  bed = await openBed({ host: hostProgram });
  ({ id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true }));
});
afterAll(() => bed.close());

function stored<T>(read: (db: Database) => T): T {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return read(db);
  } finally {
    closeDatabase(db);
  }
}

/** Takes a task in review over, does something meanwhile, and hands it back; it is in review again then. */
async function drive(task: number, meanwhile: (terminal: number) => Promise<unknown> = async () => {}): Promise<void> {
  await bed.calls.tasks.take({ task, size });
  const { takeover } = await bed.until(task, (now) => now.takeover?.state === 'driving');
  await meanwhile(takeover?.terminal ?? 0);
  await bed.calls.tasks.handBack({ task });
}

async function back(task: number): Promise<void> {
  await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
}

it('a check that runs in review runs on while somebody looks at the screen, and ends when the agent was told something', async () => {
  const [slow, go] = [join(bed.folder, 'slow'), join(bed.folder, 'go')];
  const command = `test ! -e ${slow} || until test -e ${go}; do sleep 0.05; done`;
  await bed.calls.repositories.configure({
    repository: repositoryId,
    checks: [{ name: 'test', command, required: true }],
  });
  const wanted = { repositoryId, title: 'Checked', prompt: '[write: a.txt | a]', agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(wanted);
  await bed.reaches(task, 'review');
  writeFileSync(slow, '');
  await bed.calls.checks.run({ task });
  await bed.until(task, ({ checks }) => checks.some(({ state }) => state === 'running'));
  await drive(task);
  await back(task);
  expect((await bed.calls.tasks.get({ task })).checks).toMatchObject([{ state: 'running' }]);

  await drive(task, async (terminal) => {
    await bed.calls.terminals.write({ terminal, text: 'Look.\r' });
    await until(async () => {
      const { bytes } = await bed.calls.terminals.read({ terminal, from: 0, wait: false });
      return Buffer.from(bytes, 'base64').toString().includes('echo: Look.');
    });
    expect((await bed.calls.tasks.get({ task })).checks).toMatchObject([{ state: 'running' }]);
  });
  await until(async () =>
    stored((db) => db.prepare('SELECT 1 FROM check_run WHERE output = ?').get(goesOnWords) !== undefined),
  );
  writeFileSync(go, '');
  await back(task);
});

it('a finished change that is to land by itself still is when it was only looked at on the screen', async () => {
  await bed.calls.repositories.configure({
    repository: repositoryId,
    checks: [{ name: 'test', command: 'true', required: false }],
    landing: { protected: [], finished: 'merge', strategy: null },
  });
  const make = (title: string, more: object) =>
    bed.calls.tasks.create({ repositoryId, title, prompt: `[write: ${title}.txt | x]`, agent: 'echo', ...more });
  const first = await make('first', { permissionLevel: 'supervised' });
  await bed.reaches(first.id, 'review');
  const second = await make('second', { permissionLevel: 'autonomous', after: [first.id], when: 'review' });
  await bed.reaches(second.id, 'review');
  expect(stored(dueLandings)).toEqual([second.id]);
  await drive(second.id, async () => expect(stored(dueLandings)).toEqual([]));
  await back(second.id);
  expect(stored(dueLandings)).toEqual([second.id]);
});
