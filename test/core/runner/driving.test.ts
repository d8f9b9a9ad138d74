import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moveLines, moveLineWords } from '../../../core/contract/move-words';
import type { Task } from '../../../core/contract/task';
import type { TranscriptEvent } from '../../../core/contract/transcript';
import { wasCutOff } from '../../../core/runner/session';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { diedAtWork, listSessions, newestSession, sessionPlace, updateSession } from '../../../core/store/sessions';
import { beginTakeover, isFinishedByHand, takeoverOf } from '../../../core/store/takeovers';
import { readTask } from '../../../core/store/task-view';
import { moveTask } from '../../../core/store/tasks';
import { endTerminal, insertTerminal } from '../../../core/store/terminals';
import { hostProgram } from '../../support/host';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

const size = { columns: 80, rows: 24 };

let bed: Bed;
let repositoryId: number;
beforeAll(async () => {
  bed = await openBed({ host: hostProgram });
  ({ id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: false }));
});
afterAll(() => bed.close());

async function newTask(prompt: string, more: { permissionLevel?: 'human-required' } = {}): Promise<number> {
  const task = await bed.calls.tasks.create({ repositoryId, title: 'Drive', prompt, agent: 'echo', ...more });
  return task.id;
}

/** Resolves when the agent has begun its turn. */
function works(task: number): Promise<void> {
  return until(async () => (await bed.calls.sessions.list({ task })).at(-1)?.agentSession != null);
}

/** Takes a task over and gives the terminal that the person then has. */
async function takeOver(task: number, interrupt = false): Promise<number> {
  await bed.calls.tasks.take({ task, interrupt, size });
  const { takeover } = await bed.until(task, (now) => now.takeover?.state === 'driving');
  return takeover?.terminal ?? 0;
}

async function says(terminal: number, words: string): Promise<void> {
  await until(async () => {
    const { bytes } = await bed.calls.terminals.read({ terminal, from: 0, wait: false });
    return Buffer.from(bytes, 'base64').toString().includes(words);
  });
}

async function transcriptOf(task: number): Promise<readonly TranscriptEvent[]> {
  const [session] = (await bed.calls.sessions.list({ task })).slice(-1);
  return bed.calls.sessions.read({ session: session?.id ?? 0, after: 0 });
}

function wordsIn(events: readonly TranscriptEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === 'prompt' || event.type === 'text' || event.type === 'notice' ? [event.text.trim()] : [],
  );
}

it('a person who interrupts a turn drives the same conversation, and the agent goes on when they hand back', async () => {
  const task = await newTask('Begin.\n[write: begun.txt | begun]\n[hang]');
  await works(task);
  const before = (await bed.calls.sessions.list({ task })).at(-1)?.agentSession;
  const terminal = await takeOver(task, true);
  await bed.calls.terminals.write({ terminal, text: 'Call it blue.\r' });
  await says(terminal, 'echo: Call it blue.');
  expect((await bed.calls.tasks.get({ task })).state).toBe('running');
  await bed.calls.tasks.handBack({ task });
  const done = await bed.reaches(task, 'review');
  expect(done.takeover).toBeNull();
  const after = await bed.calls.sessions.list({ task });
  expect(after.map(({ agentSession }) => agentSession)).toEqual([before]);
  const words = wordsIn(await transcriptOf(task));
  const drive = words.slice(words.indexOf('You took over in a terminal.'));
  expect(drive.slice(1, 3)).toEqual(['Call it blue.', 'echo: Call it blue.']);
  expect(drive[3]).toMatch(/^You drove it in a terminal from \d\d:\d\d to \d\d:\d\d\.$/);
  expect(drive[4]).toMatch(/^The person drove this conversation in a terminal/);
});

it('a turn is let finish first, and what a person has finished themselves goes into review without another', async () => {
  const task = await newTask('Take a while.\n[wait: 700ms]');
  await works(task);
  await takeOver(task);
  const words = wordsIn(await transcriptOf(task));
  expect(words.indexOf('Done.')).toBeLessThan(words.indexOf('You took over in a terminal.'));
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  expect((await bed.reaches(task, 'review')).change?.files).toBe(1);
  expect(wordsIn(await transcriptOf(task)).at(-1)).toMatch(/^You drove it/);

  // From its review it is taken over again, on the same conversation; leaving the screen hands back.
  const terminal = await takeOver(task);
  await bed.calls.terminals.write({ terminal, text: 'Look.\r' });
  await says(terminal, 'echo: Look.');
  await bed.calls.terminals.write({ terminal, text: '/exit\r' });
  await bed.until(task, ({ takeover }) => takeover === null);
  await bed.reaches(task, 'review');
  expect(await bed.calls.sessions.list({ task })).toHaveLength(1);
  expect(wordsIn(await transcriptOf(task)).join('\n')).toMatch(
    /You drove it[\s\S]*You drove it[\s\S]*The person drove/,
  );
});

/** How many turns the conversations of a task have had. */
function turnsOf(task: number): number {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return listSessions(db, task).reduce((sum, { id }) => sum + sessionPlace(db, id).turns, 0);
  } finally {
    closeDatabase(db);
  }
}

const nothingSaid = /^You drove it in a terminal from \S+ to \S+\. Nothing was said in its conversation\.$/;

it('a task in review in which nothing was said is in review again, and what was changed by hand is in its change without a turn', async () => {
  const task = await newTask('Once.');
  const before = await bed.reaches(task, 'review');
  const [review, turns, words] = [
    await bed.calls.reviews.get({ task }),
    turnsOf(task),
    wordsIn(await transcriptOf(task)),
  ];
  const terminal = await takeOver(task);
  await bed.calls.terminals.write({ terminal, text: '/exit\r' });
  await bed.until(task, ({ takeover }) => takeover === null);
  const after = await bed.calls.tasks.get({ task });
  expect(after).toMatchObject({ state: 'review', error: null, attempt: before.attempt, change: before.change });
  expect(after.transitions.at(-1)).toMatchObject({ from: 'running', to: 'review', by: 'runner' });
  expect(after.transitions.at(-1)?.reason).toBe('Handed back, and nothing was said to its agent.');
  expect(await bed.calls.reviews.get({ task })).toMatchObject({ head: review.head, tree: review.tree });

  await takeOver(task);
  writeFileSync(join(before.worktree ?? '', 'by-hand.txt'), 'mine\n');
  await bed.calls.tasks.handBack({ task });
  await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
  const now = await bed.calls.tasks.get({ task });
  expect(now).toMatchObject({ attempt: before.attempt, change: { files: 2 } });
  const shown = await bed.calls.reviews.get({ task });
  expect(shown.files.map(({ path }) => path)).toContain('by-hand.txt');
  const { base, mergeBase, head, tree } = review;
  await expect(
    bed.calls.tasks.approve({ task, base, mergeBase, head, tree, strategy: 'squash' }),
  ).rejects.toMatchObject({
    code: 'MOVED',
  });

  expect(turnsOf(task)).toBe(turns);
  const events = await transcriptOf(task);
  const opened = 'You took over in a terminal.';
  const drove = [opened, expect.stringMatching(nothingSaid)];
  expect(wordsIn(events)).toEqual([...words, ...drove, ...drove]);
  expect(events.findLast(({ type }) => type === 'checkpoint')).toMatchObject({ between: 'edited', files: 1 });
  expect(now.transitions.at(-1)?.reason).toBe('Handed back, and finished by hand.');
  // Going back to review ended no round.
  expect(events.findLast(({ type }) => type === 'commit')).toMatchObject({ subject: 'Round 2: Drive' });
});

it('a task that failed, was cancelled or waits for its time is there again when nothing was said, and counts no attempt', async () => {
  const broken = await newTask('Break.\n[fail: It broke.]');
  const { error, attempt, worktree } = await bed.reaches(broken, 'failed');
  const stopped = await newTask('Hold on.\n[hang]');
  await works(stopped);
  await bed.calls.tasks.cancel({ task: stopped });
  const runAfter = Date.now() + 3_600_000;
  const wanted = { repositoryId, title: 'Later', prompt: 'Not yet.', agent: 'echo', runAfter };
  const { id: later } = await bed.calls.tasks.create(wanted);
  const all = [broken, stopped, later];
  const turns = all.map(turnsOf);
  // That it is to go into review changes nothing, where there is nothing to review.
  for (const afterwards of ['go on', 'review'] as const) {
    for (const task of all) {
      await takeOver(task);
      await bed.calls.tasks.handBack({ task, afterwards });
      await bed.until(task, ({ takeover }) => takeover === null);
    }
    const words = moveLines(await bed.calls.tasks.get({ task: broken })).map(moveLineWords);
    expect(words.at(-1)).toBe('Handed back, and nothing was said to its agent. It has failed, as before.');
    expect(await bed.calls.tasks.get({ task: broken })).toMatchObject({ state: 'failed', error, attempt });
    expect(await bed.calls.tasks.get({ task: stopped })).toMatchObject({ state: 'cancelled', outcome: null });
    expect(await bed.calls.tasks.get({ task: later })).toMatchObject({ state: 'queued', runAfter, attempt: 0 });
    expect(all.map(turnsOf)).toEqual(turns);
    for (const task of all) expect(wordsIn(await transcriptOf(task)).at(-1)).toMatch(nothingSaid);
  }
  const db = openDatabase({ file: bed.config.folders.database });
  expect(all.filter((task) => isFinishedByHand(db, task))).toEqual([]);
  closeDatabase(db);

  await takeOver(broken);
  writeFileSync(join(worktree ?? '', 'by-hand.txt'), 'mine\n');
  await bed.calls.tasks.handBack({ task: broken, afterwards: 'review' });
  await bed.until(broken, ({ takeover, state }) => takeover === null && state === 'review');
  expect((await bed.calls.reviews.get({ task: broken })).files.map(({ path }) => path)).toEqual(['by-hand.txt']);
});

it('what an agent left of a task that was cancelled goes into no review but with what came on the screen', async () => {
  const task = await newTask('Half.\n[write: half.txt | half]\n[hang]');
  await until(async () => {
    const { worktree } = await bed.calls.tasks.get({ task });
    return worktree !== null && existsSync(join(worktree, 'half.txt'));
  });
  const { worktree } = await bed.calls.tasks.cancel({ task });
  // As undo does it.
  await takeOver(task);
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  await bed.until(task, ({ takeover }) => takeover === null);
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'cancelled', change: null });
  expect(existsSync(join(worktree ?? '', 'half.txt'))).toBe(true);

  await takeOver(task);
  await bed.repository.git('-C', worktree ?? '', 'add', 'half.txt');
  await bed.repository.git('-C', worktree ?? '', 'commit', '-q', '-m', 'Mine.');
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  await bed.until(task, ({ takeover, state }) => takeover === null && state !== 'running');
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'review', change: { files: 1 } });
});

it('a task that was at rest is not cut off by a runtime that died over its screen', async () => {
  await bed.calls.settings.set({ name: 'keepTerminals', value: true });
  const broken = await newTask('Break.\n[fail: It broke.]');
  await bed.reaches(broken, 'failed');
  const reviewed = await newTask('Once.');
  await bed.reaches(reviewed, 'review');
  const both = [broken, reviewed];
  for (const task of both) await takeOver(task);
  const sessions = (task: number) => {
    const db = openDatabase({ file: bed.config.folders.database });
    const { id, endReason } = newestSession(db, task) ?? { id: 0, endReason: null };
    closeDatabase(db);
    return { session: id, endReason };
  };
  const driven = sessions(broken);
  // An earlier version gave no reason to a session that was driven.
  const early = { ...sessions(reviewed), endReason: null };
  await bed.runtime.stop();
  // As it is when it died then: nobody ended the sessions.
  const db = openDatabase({ file: bed.config.folders.database });
  for (const one of [driven, early]) updateSession(db, { ...one, state: 'active', endedAt: null });
  closeDatabase(db);
  bed = await bed.again(true);
  for (const task of both) {
    await bed.reaches(task, 'running');
    await bed.calls.tasks.handBack({ task });
  }
  await bed.until(broken, ({ takeover, state }) => takeover === null && state === 'failed');
  await bed.until(reviewed, ({ takeover, state }) => takeover === null && state === 'review');
  // What was there before is known all the same, and nothing of it handed in.
  const { transitions } = await bed.calls.tasks.get({ task: reviewed });
  expect(transitions.at(-1)?.reason).toBe('Handed back, and nothing was said to its agent.');
  expect(both.map((task) => wasCutOff(sessions(task).endReason ?? diedAtWork))).toEqual([false, false]);
});

it('a place that was gone back to still is where the agent goes on when nothing was said on its screen', async () => {
  const task = await newTask('First.\n[write: one.txt | one]');
  const { worktree } = await bed.reaches(task, 'review');
  await bed.calls.tasks.reject({ task, comment: 'Second.\n[write: two.txt | two]' });
  await bed.reaches(task, 'review');
  await bed.calls.checkpoints.back({ task, checkpoint: 1 });
  for (const edits of [false, true]) {
    await takeOver(task);
    if (edits) writeFileSync(join(worktree ?? '', 'by-hand.txt'), 'mine');
    await bed.calls.tasks.handBack({ task });
    await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
    const db = openDatabase({ file: bed.config.folders.database });
    expect(sessionPlace(db, newestSession(db, task)?.id ?? 0).resumeAt).not.toBeNull();
    closeDatabase(db);
  }
});

it('what was written to the agent meanwhile is said to it, though nothing was on its screen', async () => {
  const task = await newTask('Once.');
  await bed.reaches(task, 'review');
  await takeOver(task);
  await bed.calls.messages.add({ task, text: 'And twice.' });
  await bed.calls.tasks.handBack({ task });
  await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
  const words = wordsIn(await transcriptOf(task)).join('\n');
  expect(words).toMatch(/Nothing was said in its conversation\.\n[\s\S]*And twice\./);
});

it('one whose terminal never ran its program is handed back at once, and no other one is opened', async () => {
  const task = await newTask('Once.');
  await bed.reaches(task, 'review');
  await bed.runtime.stop();
  bed = await bed.again(false);
  await bed.calls.tasks.take({ task, size });
  const db = openDatabase({ file: bed.config.folders.database });
  const [takeover, at] = [takeoverOf(db, task)?.id ?? 0, Date.now()];
  const terminal = insertTerminal(db, { task, kind: 'agent', command: 'echo', at });
  beginTakeover(db, { takeover, terminal, mark: '0', keyHash: null, afterEvent: 0, at });
  endTerminal(db, { id: terminal, exitCode: null, reason: 'Its host is gone.', at });
  closeDatabase(db);
  expect(await bed.calls.tasks.handBack({ task })).toMatchObject({ state: 'review', takeover: null });
  await bed.runtime.start();
  await bed.reaches(await newTask('Another one.'), 'review');
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'review', takeover: null });
  expect(await bed.calls.terminals.list({ task })).toHaveLength(1);
});

it('a person may begin a task in the terminal, and the agent goes on with that conversation', async () => {
  const later = await bed.calls.tasks.create({
    repositoryId,
    title: 'Later',
    prompt: 'Begin by hand.',
    agent: 'echo',
    runAfter: Date.now() + 3_600_000,
  });
  const terminal = await takeOver(later.id);
  await bed.calls.terminals.write({ terminal, text: 'I do it.\r' });
  await says(terminal, 'echo: I do it.');
  const [began] = await bed.calls.sessions.list({ task: later.id });
  await bed.calls.tasks.handBack({ task: later.id });
  await bed.reaches(later.id, 'review');
  const [went] = await bed.calls.sessions.list({ task: later.id });
  expect(went?.agentSession).toBe(began?.agentSession);
  const words = wordsIn(await transcriptOf(later.id));
  expect(words.filter((each) => each === 'Begin by hand.')).toHaveLength(1);
  expect(words.indexOf('I do it.')).toBeGreaterThan(words.indexOf('Begin by hand.'));
});

it('a task in a person’s hands holds no slot, and cancelling it ends their terminal', async () => {
  await bed.calls.settings.set({ name: 'concurrency', value: 1 });
  const task = await newTask('Hold on.\n[hang]');
  await works(task);
  const terminal = await takeOver(task, true);
  await bed.reaches(await newTask('Another one.'), 'review');
  await bed.calls.tasks.cancel({ task });
  await until(
    async () => (await bed.calls.terminals.list({ task })).find(({ id }) => id === terminal)?.state === 'ended',
  );
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'cancelled', takeover: null });
  await expect(bed.calls.tasks.handBack({ task })).rejects.toMatchObject({ code: 'WRONG_STATE' });
});

it('a drive that is cancelled is told once, and nothing of the drives before it again', async () => {
  const task = await newTask('Twice.');
  await bed.reaches(task, 'review');
  for (const words of ['First.', 'Second.']) {
    const terminal = await takeOver(task);
    await bed.calls.terminals.write({ terminal, text: `${words}\r` });
    await says(terminal, `echo: ${words}`);
    if (words === 'Second.') break;
    await bed.calls.tasks.handBack({ task, afterwards: 'review' });
    await bed.reaches(task, 'review');
  }
  await bed.calls.tasks.cancel({ task });
  await until(
    async () => wordsIn(await transcriptOf(task)).filter((words) => words.startsWith('You drove')).length > 1,
  );
  const words = wordsIn(await transcriptOf(task));
  expect(words.filter((each) => each === 'First.' || each === 'Second.')).toEqual(['First.', 'Second.']);
});

it('what an agent asked is withdrawn when a person interrupts it, and it asks again after them', async () => {
  const task = await newTask('Ask.\n[ask: Which colour? | red | green]');
  const asked = await bed.reaches(task, 'waiting');
  await takeOver(task, true);
  expect((await bed.calls.tasks.get({ task })).requests).toEqual([]);
  expect(asked.requests).toHaveLength(1);
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  await bed.reaches(task, 'review', 'done');
});

it('one who changes their mind before the terminal is open gets the task back as it was', async () => {
  const task = await newTask('Once.');
  await bed.reaches(task, 'review');
  const said = wordsIn(await transcriptOf(task));
  await bed.calls.tasks.take({ task, size });
  await bed.calls.tasks.handBack({ task });
  expect(await bed.reaches(task, 'review')).toMatchObject({ takeover: null, change: { files: 1 } });
  // Whoever has the task in hand has let go of it when another one is through.
  await bed.reaches(await newTask('Another one.'), 'review');
  expect(await bed.calls.tasks.get({ task })).toMatchObject({ state: 'review', error: null });
  expect(wordsIn(await transcriptOf(task))).toEqual(said);
});

it('a person who is asked for more of a budget may take over instead, and no turn is begun for it', async () => {
  const budget = { usd: 2, tokens: null, minutes: null };
  const prompt = 'Spend.\n[write: one.txt | one]\n[spend: 2 | 100]\n[wait: 1s]\n[write: two.txt | two]';
  const { id } = await bed.calls.tasks.create({ repositoryId, title: 'Spend', prompt, agent: 'echo', budget });
  await bed.until(id, ({ requests }) => requests.some(({ kind }) => kind === 'budget'));
  await takeOver(id);
  expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ state: 'running', requests: [] });
  await bed.calls.tasks.handBack({ task: id });
  // Before the agent goes on with it the person is asked again.
  await bed.until(id, ({ requests }) => requests.some(({ kind }) => kind === 'budget'));
  expect(wordsIn(await transcriptOf(id)).at(-1)).toMatch(/^You drove it/);
  await bed.calls.tasks.cancel({ task: id });
});

it('a task that waits for others, or is over, is not taken over', async () => {
  const first = await newTask('Wait.\n[ask: Go on? | yes]');
  const second = await bed.calls.tasks.create({
    repositoryId,
    title: 'Second',
    prompt: 'x',
    agent: 'echo',
    after: [first],
  });
  await expect(bed.calls.tasks.take({ task: second.id, size })).rejects.toThrow(/waits for other tasks/);
  await bed.calls.tasks.cancel({ task: first });
  await bed.calls.tasks.discard({ task: first });
  await expect(bed.calls.tasks.take({ task: first, size })).rejects.toMatchObject({ code: 'WRONG_STATE' });
});

/** A task as whoever looks without a runtime reads it. */
function stored(task: number): Task {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return readTask(db, task);
  } finally {
    closeDatabase(db);
  }
}

it('a screen that outlives its runtime is taken up by the next one, which waits for the person', async () => {
  await bed.calls.settings.set({ name: 'keepTerminals', value: true });
  const task = await newTask('Go on later.\n[hang]');
  await works(task);
  const terminal = await takeOver(task, true);
  await bed.runtime.stop();
  expect(stored(task)).toMatchObject({ state: 'queued', takeover: { state: 'driving', terminal } });
  bed = await bed.again(true);
  const now = await bed.reaches(task, 'running');
  expect(now).toMatchObject({ attempt: 1, takeover: { state: 'driving', terminal } });
  await bed.calls.terminals.write({ terminal, text: 'Still here.\r' });
  await says(terminal, 'echo: Still here.');
  await bed.calls.tasks.handBack({ task });
  await bed.reaches(task, 'review');
  expect(wordsIn(await transcriptOf(task))).toContain('Still here.');
  const moves = moveLines(await bed.calls.tasks.get({ task })).map(moveLineWords);
  expect(moves).toEqual(['Switchyard was closed while you drove this in a terminal.', 'In review.']);
  expect((await bed.calls.terminals.list({ task })).map(({ kind, state }) => [kind, state])).toEqual([
    ['agent', 'ended'],
  ]);
});

it('a drive that ended as Switchyard was quit is told to have ended then, not at the next start', async () => {
  await bed.calls.settings.set({ name: 'keepTerminals', value: false });
  const task = await newTask('Quit.\n[hang]');
  await works(task);
  const terminal = await takeOver(task, true);
  await bed.runtime.stop();
  // Nobody can drive what is gone.
  expect(stored(task)).toMatchObject({ state: 'queued', takeover: null });
  const db = openDatabase({ file: bed.config.folders.database });
  const from = new Date(2026, 0, 2, 9, 5).getTime();
  const to = new Date(2026, 0, 2, 9, 45).getTime();
  db.prepare('UPDATE takeover SET began_at = ?, afterwards = ? WHERE task_id = ?').run(from, 'review', task);
  db.prepare("UPDATE terminal SET started_at = ?, ended_at = ? WHERE id = ? AND state = 'ended'").run(
    from,
    to,
    terminal,
  );
  closeDatabase(db);
  bed = await bed.again(true);
  await bed.reaches(task, 'review', 'done');
  const told = (await transcriptOf(task)).find(
    (event) => event.type === 'notice' && event.text.startsWith('You drove'),
  );
  expect(told).toMatchObject({ at: to, text: 'You drove it in a terminal from 09:05 to 09:45.' });
});

it('what a person has finished goes into review without a turn, also when the runtime ends during its check', async () => {
  const slow = `while [ ! -e ${bed.folder}/go ]; do sleep 0.05; done`;
  await bed.calls.repositories.trust({ repository: repositoryId, trust: true });
  await bed.calls.repositories.configure({
    repository: repositoryId,
    checks: [{ name: 'check', command: slow, required: false }],
  });
  const task = await newTask('Finish.\n[hang]');
  await works(task);
  const terminal = await takeOver(task, true);
  const { worktree } = await bed.calls.tasks.get({ task });
  writeFileSync(join(worktree ?? '', 'mine.txt'), 'mine');
  await bed.calls.terminals.write({ terminal, text: 'Mine.\r' });
  await says(terminal, 'echo: Mine.');
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  await bed.until(task, ({ checks }) => checks.some(({ state }) => state === 'running'));
  bed = await bed.restart();
  writeFileSync(join(bed.folder, 'go'), '');
  await bed.reaches(task, 'review');
  const words = wordsIn(await transcriptOf(task));
  expect(words.slice(words.indexOf('Mine.'))).toEqual(['Mine.', 'echo: Mine.', expect.stringMatching(/^You drove it/)]);
});

it('a drive that was being told when the runtime died is told to its end, and no word of it twice', async () => {
  const task = await newTask('Tell.');
  await bed.reaches(task, 'review');
  const terminal = await takeOver(task);
  await bed.calls.terminals.write({ terminal, text: 'Once.\r' });
  await says(terminal, 'echo: Once.');
  await bed.calls.tasks.handBack({ task, afterwards: 'review' });
  await bed.reaches(task, 'review');
  await bed.runtime.stop();
  // As it is when everything was told and the takeover had not ended yet.
  const db = openDatabase({ file: bed.config.folders.database });
  moveTask(db, { task, to: 'queued', by: 'recovery', reason: 'As after a crash.', at: Date.now() });
  db.prepare("UPDATE takeover SET state = 'driving', ended_at = NULL, finishes = 0 WHERE task_id = ?").run(task);
  closeDatabase(db);
  bed = await bed.again(true);
  await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
  const words = wordsIn(await transcriptOf(task));
  expect(words.filter((each) => each.includes('Once.'))).toEqual(['Once.', 'echo: Once.']);
});
