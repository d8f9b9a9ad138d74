import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { elsewhere } from '../../../core/commands/pushing';
import type { NewLanding } from '../../../core/contract/repository-landing';
import type { PermissionLevel, Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { dueLandings } from '../../../core/store/due-landings';
import { forgesOf, makeHosted, startForge } from '../../support/forge-server';
import { type Bed, openBed } from '../../support/runtime';
import { until } from '../../support/until';

const token = 'a-token-nobody-may-see';
let bed: Bed;
let repository: number;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const passing = { name: 'test', command: 'test ! -e fails', required: false };

async function says(landing: Partial<NewLanding>, checks = [passing]): Promise<void> {
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
    reason: 'As its repository says (merge when all checks passed): squashed into main.',
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

it('opens a pull request of what an autonomous task finished when every check passed, once, and else says why not', async () => {
  const nowhere = says({ finished: 'pull-request' });
  await expect(nowhere).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('remote add') });
  await bed.repository.git('checkout', '-q', '--', '.');
  const before = await main();
  const stays = async (task: Task, why: string) => {
    expect(task).toMatchObject({ state: 'review' });
    expect(await said(task)).toContain('It is finished, and was not opened as a pull request without you.');
    expect(await said(task)).toContain(why);
    expect(await bed.calls.decisions.list({ task: task.id })).toEqual([]);
  };
  const root = join(bed.folder, 'remotes');
  const bare = await makeHosted(root);
  const forge = await startForge({ root, token });
  try {
    await bed.repository.git('remote', 'add', 'origin', `${forge.url}/ada/api.git`);
    await bed.repository.git('push', '-q', 'origin', 'main');
    await bed.calls.settings.set({ name: 'forges', value: forgesOf(forge) });
    await says({ finished: 'pull-request' });
    await stays(await finished('autonomous'), `There is no token for ${forge.host}. Sign in`);
    await bed.calls.forges.login({ host: forge.host, token });
    // An agent writes to the repository's configuration as much as to its files.
    await bed.repository.git('config', 'remote.origin.url', `${forge.url}/eve/api.git`);
    // Saying something else of how changes land says nothing of where.
    await says({ finished: 'pull-request', protected: ['release/*'] });
    await stays(await finished('autonomous'), `pushed to origin at ${forge.url}/ada/api.git, which is not so any more`);
    await bed.repository.git('config', 'remote.origin.url', `${forge.url}/ada/api.git`);
    await stays(await finished('autonomous', '[write: fails | x]'), 'test failed');
    await writeFile(join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho not on Fridays >&2; exit 1\n', {
      mode: 0o755,
    });
    await stays(await finished('autonomous'), 'not on Fridays');
    await rm(join(bare, 'hooks', 'pre-receive'));
    expect([await bed.repository.git('-C', bare, 'branch', '--format=%(refname:short)'), forge.pulls]).toEqual([
      'main',
      [],
    ]);

    // What the forge did not open is the person's: nothing opens it later without them.
    forge.fault = (request) => (/^POST .*\/pulls$/.test(request) ? 'error' : null);
    const unopened = await finished('autonomous');
    forge.fault = () => null;
    expect(await said(unopened)).toContain(`without you. Its branch was pushed to ${forge.url}/ada/api.git. `);
    const opened = () => bed.calls.pullRequests.get({ task: unopened.id, refresh: true });
    expect([await opened(), forge.pulls]).toEqual([null, []]);

    const task = await finished('autonomous');
    const title = `Write ${made}`;
    expect(task).toMatchObject({ state: 'review' });
    expect(forge.pulls).toMatchObject([{ title, draft: false, head: `ada:${task.branch}`, base: 'main' }]);
    expect(await bed.calls.pullRequests.get({ task: task.id })).toMatchObject({ seen: { state: 'open' } });
    const decided = async () => (await bed.calls.decisions.list({ task: task.id })).map(({ text }) => JSON.parse(text));
    const who = { by: 'repository', rule: 'open a pull request when all checks passed' };
    const shown = { checks: [{ name: 'test', state: 'passed' }] };
    const both = [
      { ...who, shown, kind: 'push' },
      { ...who, shown, kind: 'open-pull-request' },
    ];
    expect(await decided()).toMatchObject(both);
    // A runtime that ended before it could note that this was done has the next one find it, and do nothing.
    await bed.runtime.stop();
    const db = openDatabase({ file: bed.config.folders.database });
    db.prepare('UPDATE task SET landing_due = 1 WHERE id = ?').run(task.id);
    // As it was left before it was forgotten with what was due.
    db.prepare("UPDATE pull_request SET state = 'opening', ended_at = NULL WHERE task_id = ?").run(unopened.id);
    closeDatabase(db);
    bed = await bed.again(true);
    await bed.until(task.id, () => due().length === 0);
    await bed.calls.forges.login({ host: forge.host, token });
    expect(await opened()).toBeNull();
    expect([forge.pulls.length, (await decided()).length, await main()]).toEqual([1, 2, before]);
  } finally {
    await forge.close();
  }
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

it('keeps stacks up while a change that is to land by itself, and cannot yet, is being pushed', async () => {
  await says({ finished: 'merge' });
  const create = (title: string, more: object = {}) =>
    bed.calls.tasks
      .create({ repositoryId: repository, title, prompt: `[write: ${title}.txt | ${title}]`, agent: 'echo', ...more })
      .then(({ id }) => bed.reaches(id, 'review'));
  const first = await create('first');
  const waiting = await create('waiting', { after: [first.id], when: 'review', permissionLevel: 'autonomous' });
  const below = await create('below');
  const stacked = await create('stacked', { after: [below.id], when: 'review' });
  expect(due()).toEqual([waiting.id]);
  let pushed = () => {};
  const push = elsewhere(waiting.id, () => new Promise<void>((resolve) => (pushed = resolve)));
  const headOf = async ({ id }: Task) => (await bed.calls.reviews.get({ task: id })).head;
  try {
    // What is due is looked at after the first restack, so only the second one could be held up by it.
    for (const text of ['one\n', 'two\n']) {
      await bed.calls.reviews.write({ task: below.id, head: await headOf(below), path: 'below.txt', text });
      const range = `${stacked.branch}..${await headOf(below)}`;
      await until(async () => (await bed.repository.git('rev-list', range)) === '');
    }
  } finally {
    pushed();
    await push;
  }
});
