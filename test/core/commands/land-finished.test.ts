import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RepositoryLanding } from '../../../core/contract/repository-landing';
import type { PermissionLevel, Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { dueLandings } from '../../../core/store/due-landings';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repository: number;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const passing = { name: 'test', command: 'test ! -e fails', required: false };

async function says(landing: Partial<RepositoryLanding>, checks = [passing]): Promise<void> {
  await bed.calls.repositories.configure({
    repository,
    checks,
    landing: { protected: [], finished: 'merge', strategy: null, ...landing },
  });
}

let made = 0;
/** A task that is finished, and was looked at by whatever lands by itself. */
async function finished(permissionLevel: PermissionLevel, more = ''): Promise<Task> {
  made += 1;
  const prompt = `[write: file-${made}.txt | ${made}]\n${more}`;
  const title = `Write ${made}`;
  const task = await bed.calls.tasks.create({
    repositoryId: repository,
    title,
    prompt,
    agent: 'echo',
    permissionLevel,
  });
  if (permissionLevel === 'human-required') {
    const { requests } = await bed.reaches(task.id, 'waiting');
    const answer = { decision: 'allow' as const, text: null };
    await bed.calls.requests.answer({ request: requests[0]?.id ?? 0, answer });
  }
  await bed.reaches(task.id, 'review', 'done');
  return bed.until(task.id, ({ id, state }) => state === 'done' || !due().includes(id));
}

function due(): number[] {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return dueLandings(db);
  } finally {
    closeDatabase(db);
  }
}

const main = () => bed.repository.git('rev-parse', 'main');
const said = async (task: Task) =>
  JSON.stringify((await bed.calls.sessions.read({ session: task.session ?? 0, after: 0 })).at(-1));

it('lets nothing land without the person unless the repository says so', async () => {
  await bed.calls.repositories.configure({ repository, checks: [passing] });
  const before = await main();
  for (const level of ['autonomous', 'supervised', 'human-required'] as const)
    expect(await finished(level), level).toMatchObject({ state: 'review' });
  expect(await main()).toBe(before);
});

it('lands what an autonomous task finished when every check passed, and nothing of any other', async () => {
  await says({ strategy: 'squash' });
  const before = await main();
  for (const level of ['supervised', 'human-required'] as const)
    expect(await finished(level), level).toMatchObject({ state: 'review' });
  expect(await main()).toBe(before);
  const task = await finished('autonomous');
  expect(task).toMatchObject({ state: 'done', outcome: 'merged', mergedOid: await main() });
  expect(await bed.repository.git('rev-parse', 'main^')).toBe(before);
  const [decision] = (await bed.calls.decisions.list({ task: task.id })).map(({ text }) => JSON.parse(text));
  expect(decision).toMatchObject({
    kind: 'approve',
    by: 'repository',
    rule: 'merge when all checks passed',
    shown: { base: before, checks: [{ name: 'test', state: 'passed' }] },
    answered: { strategy: 'squash' },
  });
  const { transitions } = await bed.calls.tasks.get({ task: task.id });
  expect(transitions.at(-1)).toMatchObject({
    to: 'done',
    by: 'repository',
    reason: 'As its repository says (merge when all checks passed): squash into main.',
  });
});

it.each([
  [
    'a check fails, also one that is not required',
    {},
    [passing],
    '[write: fails | x]',
    'Not all checks passed on this change: test failed.',
  ],
  ['there is no check', {}, [], '', 'has no checks, and without one nobody would have looked at it.'],
  ['the base is protected', { protected: ['main'] }, [passing], '', 'main is protected'],
  [
    'it is in the way of an edit of the person',
    {},
    [passing],
    '[write: README.md | x]',
    'files edited there are part of the change: README.md',
  ],
] as const)('leaves it in review, with the reason, when %s', async (_when, landing, checks, more, why) => {
  await says({ ...landing, protected: [...('protected' in landing ? landing.protected : [])] }, [...checks]);
  await bed.repository.write('README.md', 'edited by hand\n');
  const before = await main();
  const task = await finished('autonomous', more);
  expect(task).toMatchObject({ state: 'review' });
  expect(await said(task)).toContain('It is finished, and was not merged without you.');
  expect(await said(task)).toContain(why);
  expect(await main()).toBe(before);
  expect(await bed.repository.read('README.md')).toBe('edited by hand\n');
  expect(await bed.calls.decisions.list({ task: task.id })).toEqual([]);
  await bed.calls.tasks.discard({ task: task.id });
});

it('lands with the next start what a runtime that ended did not come to, and nothing the person sent back', async () => {
  await says({});
  await bed.repository.git('checkout', '-q', '--', '.');
  const waits = await finished('supervised');
  const back = await finished('supervised');
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  const levels = db.prepare("UPDATE task SET landing_due = 1, permission_level = 'autonomous' WHERE id IN (?, ?)");
  levels.run(waits.id, back.id);
  closeDatabase(db);
  bed = await bed.again(false);
  await bed.calls.tasks.reject({ task: back.id, comment: '[fail: on purpose]' });
  expect(due()).toEqual([waits.id]);
  await bed.runtime.start();
  expect(await bed.reaches(waits.id, 'done')).toMatchObject({ outcome: 'merged' });
  expect(due()).toEqual([]);
});
