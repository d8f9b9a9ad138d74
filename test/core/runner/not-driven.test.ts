import { afterEach, beforeEach, expect, it } from 'vitest';
import { wasCutOff } from '../../../core/runner/session';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { endOpenSessions, newestSession, sessionPlace } from '../../../core/store/sessions';
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

async function said(task: number): Promise<string[]> {
  const { session } = await bed.calls.tasks.get({ task });
  const events = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
  return events.flatMap((event) => ('text' in event ? [event.text] : []));
}

/** Takes a task over whose terminal does not open; it is then where it was, and nothing else was said in it. */
async function notOpened(task: number, state: 'review' | 'failed'): Promise<void> {
  const before = await said(task);
  await bed.calls.tasks.take({ task, size });
  await bed.reaches(task, 'running');
  expect(await bed.reaches(task, 'review', 'failed')).toMatchObject({ state, takeover: null });
  const words = await said(task);
  expect(words.slice(0, -1)).toEqual(before);
  expect(words.at(-1)).toMatch(/^The agent’s terminal could not be opened\. /);
}

it('a task in review whose terminal does not open is in review again, and its agent was told nothing', async () => {
  const task = await newTask('Once.');
  await bed.reaches(task, 'review');
  await notOpened(task, 'review');
  expect((await bed.calls.tasks.get({ task })).change).toMatchObject({ files: 1 });
});

it('a task that failed keeps what it failed with', async () => {
  const task = await newTask('Break.\n[fail: It broke.]');
  const { error } = await bed.reaches(task, 'failed');
  await notOpened(task, 'failed');
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ error });
});

it('a task that was to begin later still does', async () => {
  const runAfter = Date.now() + 3_600_000;
  const { id } = await bed.calls.tasks.create({ repositoryId, title: 'Later', prompt: 'x', agent: 'echo', runAfter });
  await bed.calls.tasks.take({ task: id, size });
  await bed.until(id, ({ takeover }) => takeover === null);
  expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ state: 'queued', runAfter, attempt: 0 });
  await bed.calls.tasks.take({ task: id, size });
  await bed.calls.tasks.handBack({ task: id }).catch(() => {});
  await bed.until(id, ({ takeover, state }) => takeover === null && state !== 'running');
  expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ state: 'queued', runAfter, attempt: 0 });
});

it('a parked task whose terminal does not open is parked again, until the same time and for the same reason', async () => {
  const task = await newTask('[limit: 60m]');
  const { parks, runAfter, queuedReason } = await bed.until(task, ({ parked }) => parked === 'limit');
  await bed.calls.tasks.take({ task, size });
  await bed.until(task, ({ takeover, state }) => takeover === null && state === 'queued');
  const now = await bed.calls.tasks.get({ task });
  expect(now).toMatchObject({ parked: 'limit', parks, runAfter, queuedReason, attempt: 0 });
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

it('a turn that goes on because no terminal opened is cut off by a runtime that dies', async () => {
  await bed.runtime.stop();
  bed = await bed.again(false);
  const task = await newTask('Begin.\n[ask: Go on? | yes]');
  await bed.calls.tasks.take({ task, size });
  await bed.runtime.start();
  await bed.reaches(task, 'waiting');
  const db = openDatabase({ file: bed.config.folders.database });
  // What the next start does after a kill.
  endOpenSessions(db, { at: Date.now() });
  expect(wasCutOff(newestSession(db, task)?.endReason ?? '')).toBe(true);
  closeDatabase(db);
});

it('a terminal is not begun once the person has taken back that they want it', () => {
  const db = openDatabase({ file: bed.config.folders.database });
  const begun = { takeover: 1, terminal: 1, mark: '0', keyHash: null, afterEvent: 0, at: 1 };
  expect(() => beginTakeover(db, begun)).toThrow('was ended before its terminal was begun');
  closeDatabase(db);
});
