import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isWorktreeScript, setupName } from '../../../core/contract/check';
import { CodedError } from '../../../core/contract/errors';
import { takenWhen } from '../../../core/contract/takeover';
import type { Task } from '../../../core/contract/task';
import { takenWords } from '../../../core/runner/driving';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { dueLandings } from '../../../core/store/due-landings';
import { hostProgram } from '../../support/host';
import { type Bed, openBed } from '../../support/runtime';
import { execute } from '../../support/starter';
import { until } from '../../support/until';

const size = { columns: 80, rows: 24 };

/** As on a disk without room for what is to be kept of a worktree. */
let isFull = false;
const noRoom = new CodedError('DISK_FULL', 'No space left on device.');

let bed: Bed;
let repositoryId: number;
beforeAll(async () => {
  bed = await openBed({
    host: hostProgram,
    execute: (what) => (isFull && what.args.includes('unpack-objects') ? Promise.reject(noRoom) : execute(what)),
  });
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

/** Takes a task in review over; it is driven then, or is not taken over any more. */
function take(task: number): Promise<Task> {
  return bed.calls.tasks
    .take({ task, size })
    .then(() => bed.until(task, ({ takeover }) => takeover?.state === 'driving' || takeover === null));
}

async function handBack(task: number): Promise<Task> {
  await bed.calls.tasks.handBack({ task });
  return bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
}

const runs = ({ checks }: Task) => checks.some(({ state }) => state === 'running');

/** The command of a check that says nothing, and, while `slow` is there, keeps a file in its worktree until `go` is. */
function gated(name: string) {
  const [slow, go] = [join(bed.folder, `slow-${name}`), join(bed.folder, `go-${name}`)];
  const waits = `trap 'rm -f scratch.tmp; exit 1' TERM; echo x > scratch.tmp; until test -e ${go}; do sleep 0.05; done; rm -f scratch.tmp`;
  return { slow, go, command: `test ! -e ${slow} || { ${waits}; }` };
}

it('a check that runs in review ends when the task is taken over, and runs again when nothing was said and nothing changed', async () => {
  const { slow, go, command } = gated('checked');
  const checks = [
    { name: 'test', command, required: true },
    { name: 'lint', command: 'true', required: true },
  ];
  await bed.calls.repositories.configure({ repository: repositoryId, checks });
  const wanted = { repositoryId, title: 'Checked', prompt: '[write: a.txt | a]', agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(wanted);
  const worktree = (await bed.reaches(task, 'review')).worktree ?? '';
  // Due when work on it begins, and a check of its own.
  await bed.calls.repositories.configure({ repository: repositoryId, setupCommand: 'true' });
  writeFileSync(slow, '');
  await bed.calls.checks.run({ task });
  await until(async () => existsSync(join(worktree, 'scratch.tmp')));

  // What lies there before is nobody's doing on the screen.
  writeFileSync(join(worktree, 'left.txt'), 'left');
  const driven = await take(task);
  expect(driven).toMatchObject({ state: 'running', takeover: { state: 'driving' } });
  expect(runs(driven)).toBe(false);
  await expect(bed.calls.tasks.discard({ task })).rejects.toThrow(
    `You drive task ${task} in its terminal, so it cannot be discarded. End that first: `,
  );
  expect((await bed.calls.tasks.get({ task })).checks.find(({ name }) => name === 'test')?.output).toContain(
    takenWords,
  );
  await handBack(task);
  // The files of the check were none of the person's, either.
  expect((await bed.calls.reviews.get({ task })).files.map(({ path }) => path)).toEqual(['a.txt']);
  expect((await bed.until(task, runs)).checks.filter(({ state }) => state === 'running')).toMatchObject([
    { name: 'test' },
  ]);
  rmSync(join(worktree, 'left.txt'));

  // What a person commits by hand meanwhile is checked, and not what was there before.
  await take(task);
  await bed.repository.git('-C', worktree, 'commit', '-q', '--allow-empty', '-m', 'Mine.');
  await bed.calls.tasks.handBack({ task });
  writeFileSync(go, '');
  const after = await bed.until(task, ({ takeover, state }) => takeover === null && state === 'review');
  const { head } = await bed.calls.reviews.get({ task });
  const isSound = { state: 'passed', head, stale: false, leftBehind: [] };
  expect(after.checks.filter(({ name }) => !isWorktreeScript(name))).toMatchObject([isSound, isSound]);
  expect((await bed.calls.tasks.get({ task })).transitions.at(-1)?.reason).toBe('Handed back, and finished by hand.');

  // Cancelled meanwhile, nothing of it runs on.
  rmSync(go);
  await bed.calls.checks.run({ task });
  await bed.until(task, runs);
  await take(task);
  expect(runs(await bed.calls.tasks.cancel({ task }))).toBe(false);
});

it('interrupting a task of which only the checks still run ends those, and opens the screen', async () => {
  const { slow, command } = gated('ending');
  writeFileSync(slow, '');
  const checks = [{ name: 'test', command, required: true }];
  await bed.calls.repositories.configure({ repository: repositoryId, setupCommand: null, checks });
  const wanted = { repositoryId, title: 'Ending', prompt: '[write: e.txt | e]', agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(wanted);
  await bed.until(task, runs);
  const asked = await bed.calls.tasks.take({ task, size });
  expect(takenWhen(asked)).toBe('its checks are over');
  await bed.calls.tasks.take({ task, size, interrupt: true });
  expect(await bed.until(task, ({ takeover }) => takeover?.state === 'driving')).toMatchObject({ state: 'running' });
  await bed.calls.tasks.cancel({ task });
});

it('interrupting a task whose worktree is being set up has the setup finish first, and opens the screen without a turn', async () => {
  const { slow, go, command } = gated('setup');
  writeFileSync(slow, '');
  await bed.calls.repositories.configure({ repository: repositoryId, setupCommand: command, checks: [] });
  const { id: task } = await bed.calls.tasks.create({ repositoryId, title: 'Set up', prompt: 'Begin.', agent: 'echo' });
  await bed.until(task, runs);
  const asked = await bed.calls.tasks.take({ task, size, interrupt: true });
  expect(takenWhen(asked)).toBe('its worktree is set up, which is not interrupted');
  writeFileSync(go, '');
  const driven = await bed.until(task, ({ takeover, state }) => takeover?.state === 'driving' || state !== 'running');
  expect(driven).toMatchObject({ state: 'running', checks: [{ name: setupName, state: 'passed' }] });
  const [session] = await bed.calls.sessions.list({ task });
  const events = await bed.calls.sessions.read({ session: session?.id ?? 0, after: 0 });
  expect(events.map(({ type }) => type)).not.toContain('text');
  await bed.calls.tasks.cancel({ task });
  await bed.calls.repositories.configure({ repository: repositoryId, setupCommand: null });
});

it('a finished change that is to land by itself lands when it was only looked at on the screen and its checks have passed', async () => {
  const { slow, go, command } = gated('due');
  await bed.calls.repositories.configure({
    repository: repositoryId,
    setupCommand: null,
    checks: [{ name: 'test', command, required: false }],
    landing: { protected: [], finished: 'merge', strategy: null },
  });
  const make = (title: string, more: object) =>
    bed.calls.tasks.create({ repositoryId, title, prompt: `[write: ${title}.txt | x]`, agent: 'echo', ...more });
  const first = await make('first', { permissionLevel: 'supervised' });
  await bed.reaches(first.id, 'review');
  const second = await make('second', { permissionLevel: 'autonomous', after: [first.id], when: 'review' });
  await bed.reaches(second.id, 'review');
  const third = await make('third', { permissionLevel: 'autonomous', after: [first.id], when: 'review' });
  await bed.reaches(third.id, 'review');
  expect(stored(dueLandings)).toEqual([second.id, third.id]);
  writeFileSync(slow, '');
  await bed.calls.checks.run({ task: second.id });
  await bed.until(second.id, runs);
  await take(second.id);
  expect(stored(dueLandings)).toEqual([third.id]);
  await handBack(second.id);
  await bed.until(second.id, runs);
  expect(stored(dueLandings)).toEqual([second.id, third.id]);
  await bed.runtime.stop();
  bed = await bed.again(true);
  await bed.until(second.id, runs);
  // Once what both are after has landed the one that came later does, too, and the other waits for its check.
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: first.id });
  await bed.calls.tasks.approve({ task: first.id, base, mergeBase, head, tree, strategy: 'ff' });
  await bed.reaches(third.id, 'done');
  expect(stored(dueLandings)).toEqual([second.id]);
  writeFileSync(go, '');
  await bed.reaches(second.id, 'done');
});

it('a takeover that is undone while a check is being ended has it run again once it is over', async () => {
  const [slow, go, ended] = ['slow-undone', 'go-undone', 'end-undone'].map((name) => join(bed.folder, name));
  // As a test runner that takes a while to put itself away: until the test says so.
  const puts = `until test -e ${ended}; do sleep 0.05; done; exit 1`;
  const command = `test ! -e ${slow} || { trap '${puts}' TERM; until test -e ${go}; do sleep 0.05; done; }`;
  await bed.calls.repositories.configure({
    repository: repositoryId,
    checks: [{ name: 'test', command, required: true }],
    landing: { protected: [], finished: 'review', strategy: null },
  });
  const wanted = { repositoryId, title: 'Undone', prompt: '[write: u.txt | u]', agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(wanted);
  await bed.reaches(task, 'review');
  writeFileSync(slow ?? '', '');
  await bed.calls.checks.run({ task });
  await bed.until(task, runs);
  await bed.calls.tasks.take({ task, size });
  await bed.until(task, ({ state, takeover }) => state === 'running' && takeover?.state === 'asked');
  await bed.calls.tasks.handBack({ task });
  expect((await bed.calls.tasks.get({ task })).takeover).toBeNull();
  writeFileSync(ended ?? '', '');
  const [first] = (await bed.calls.tasks.get({ task })).checks;
  await bed.until(task, (now) => now.state === 'review' && runs(now) && now.checks[0]?.run !== first?.run);
  writeFileSync(go ?? '', '');
  await bed.until(task, ({ checks }) => checks[0]?.state === 'passed');
});

it('what came while nothing was said is handed in also where it could not be kept, or the runtime died as the screen was opened', async () => {
  await bed.calls.repositories.configure({ repository: repositoryId, checks: [] });
  const wanted = { repositoryId, title: 'Came', prompt: '[write: c.txt | c]', agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(wanted);
  const worktree = (await bed.reaches(task, 'review')).worktree ?? '';
  const files = async () => (await bed.calls.reviews.get({ task })).files.map(({ path }) => path);

  await take(task);
  writeFileSync(join(worktree, 'unkept.txt'), 'mine');
  isFull = true;
  await handBack(task);
  isFull = false;
  expect(await files()).toEqual(['c.txt', 'unkept.txt']);

  await take(task);
  // Nothing of the screen was told yet.
  stored((db) => db.prepare("UPDATE takeover SET after_event = after_event + 1 WHERE state = 'driving'").run());
  writeFileSync(join(worktree, 'untold.txt'), 'mine');
  await handBack(task);
  expect(await files()).toEqual(['c.txt', 'unkept.txt', 'untold.txt']);

  await take(task);
  // As where the clock was put back meanwhile.
  stored((db) => db.prepare("UPDATE takeover SET began_at = began_at + 3600000 WHERE state = 'driving'").run());
  writeFileSync(join(worktree, 'earlier.txt'), 'mine');
  await handBack(task);
  expect(await files()).toEqual(['c.txt', 'earlier.txt', 'unkept.txt', 'untold.txt']);
});
