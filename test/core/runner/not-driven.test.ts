import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { newestSession, sessionPlace } from '../../../core/store/sessions';
import { beginTakeover } from '../../../core/store/takeovers';
import { type Bed, openBed } from '../../support/runtime';

const size = { columns: 80, rows: 24 };

let bed: Bed;
let repositoryId: number;
beforeEach(async () => {
  // Nobody holds terminals here, so none opens.
  bed = await openBed();
  ({ id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true }));
});
afterEach(() => bed.close());

async function newTask(prompt: string): Promise<number> {
  return (await bed.calls.tasks.create({ repositoryId, title: 'Drive', prompt, agent: 'echo' })).id;
}

/** What is said in a task of which the terminal could not be opened, once that is over. */
async function notOpened(task: number, state: 'review' | 'failed'): Promise<string[]> {
  await bed.calls.tasks.take({ task, size });
  await bed.reaches(task, 'running');
  expect(await bed.reaches(task, 'review', 'failed')).toMatchObject({ state, takeover: null });
  const { session } = await bed.calls.tasks.get({ task });
  const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
  return events.flatMap((event) => ('text' in event ? [event.text] : []));
}

it('a task in review whose terminal does not open is in review again, and its agent was told nothing', async () => {
  const task = await newTask('Once.');
  await bed.reaches(task, 'review');
  const words = await notOpened(task, 'review');
  expect(words.at(-1)).toMatch(/^The agent’s terminal could not be opened\. /);
  expect((await bed.calls.tasks.get({ task })).change).toMatchObject({ files: 1 });
});

it('a task that failed keeps what it failed with', async () => {
  const task = await newTask('Break.\n[fail: It broke.]');
  const { error } = await bed.reaches(task, 'failed');
  const words = await notOpened(task, 'failed');
  expect(words.filter((each) => each.includes('It broke.'))).toHaveLength(1);
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ error });
});

it('what was gone back to is still the place it goes on from', async () => {
  const task = await newTask('First.\n[write: one.txt | one]');
  await bed.reaches(task, 'review');
  await bed.calls.tasks.reject({ task, comment: 'Second.\n[write: two.txt | two]' });
  await bed.reaches(task, 'review');
  await bed.calls.checkpoints.back({ task, checkpoint: 1 });
  await notOpened(task, 'review');
  const db = openDatabase({ file: bed.config.folders.database });
  const session = newestSession(db, task);
  expect(sessionPlace(db, session?.id ?? 0).resumeAt).not.toBeNull();
  closeDatabase(db);
});

it('a terminal is not begun once the person has taken back that they want it', () => {
  const db = openDatabase({ file: bed.config.folders.database });
  const begun = { takeover: 1, terminal: 1, mark: '0', keyHash: null, afterEvent: 0, at: 1 };
  expect(() => beginTakeover(db, begun)).toThrow('was ended before its terminal was begun');
  closeDatabase(db);
});
