import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setupName, teardownName } from '../../../core/contract/check';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let repository: number;
beforeAll(async () => {
  bed = await openBed();
  repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
});
afterAll(() => bed.close());

const make = async (prompt: string): Promise<number> =>
  (await bed.calls.tasks.create({ repositoryId: repository, title: 'Hello', prompt, agent: 'echo' })).id;
const runsOf = async (task: number, name: string) =>
  (await bed.calls.tasks.get({ task })).checks.filter((check) => check.name === name);
const approve = async (task: Task) => {
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: task.id });
  return bed.calls.tasks.approve({ task: task.id, base, mergeBase, head, tree });
};

it('a setup that fails is seen, stops the task before its agent starts, and runs again when the task is retried', async () => {
  const gate = join(bed.folder, 'gate');
  const setupCommand = `echo "from $SWITCHYARD_REPOSITORY"; test -e '${gate}' && echo ready > .git-ready`;
  await bed.calls.repositories.configure({ repository, setupCommand });
  await bed.repository.write('.gitignore', '.git-ready\n');
  await bed.repository.commit('Ignore');
  const id = await make('[write: hello.txt | hello]');
  const { error, session } = await bed.reaches(id, 'failed');
  expect(error).toContain('failed with status 1, so the agent was not started');
  expect(await runsOf(id, setupName)).toMatchObject([
    { state: 'failed', exitCode: 1, output: `from ${bed.repository.path}`, stale: false },
  ]);
  const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
  expect(said.filter(({ type }) => type === 'prompt')).toEqual([]);
  await writeFile(gate, '');
  await bed.calls.tasks.retry({ task: id });
  const task = await bed.reaches(id, 'review');
  expect(await readFile(join(task.worktree ?? '', '.git-ready'), 'utf8')).toBe('ready\n');
  const [{ run } = { run: 0 }] = await runsOf(id, setupName);

  // Once it went through it runs no more in that worktree.
  await rm(gate);
  await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
  await bed.until(id, (now) => now.state === 'review' && (now.change?.files ?? 0) > 1);
  expect(await runsOf(id, setupName)).toMatchObject([{ run, state: 'passed' }]);
  await approve(task);
  await bed.calls.repositories.configure({ repository, setupCommand: null });
});

it('a teardown runs before the worktree goes, which what it destroys survives in the recycle bin', async () => {
  const mark = join(bed.folder, 'torn-down');
  const teardownCommand = `rm -f *.txt; echo down > '${mark}'`;
  await bed.calls.repositories.configure({ repository, teardownCommand });
  const task = await bed.reaches(await make('[write: kept.txt | kept]'), 'review');
  await bed.calls.tasks.discard({ task: task.id });
  expect(await readFile(mark, 'utf8')).toBe('down\n');
  const mine = (await bed.calls.worktrees.backups()).filter((backup) => backup.task?.id === task.id);
  expect(mine.map(({ cause }) => cause).sort()).toEqual(['discarded', 'torn down']);
  await bed.calls.tasks.restore({ task: task.id });
  expect(await readFile(join(task.worktree ?? '', 'kept.txt'), 'utf8')).toBe('kept\n');

  // One that fails is said, and the worktree goes all the same, also when it is removed by hand.
  await bed.calls.repositories.configure({ repository, teardownCommand: 'exit 4' });
  const { ref } = await bed.calls.worktrees.remove({ path: task.worktree ?? '' });
  const saidOf = async () => bed.calls.sessions.read({ session: task.session ?? 0, after: 0 });
  expect((await saidOf()).at(-1)).toMatchObject({
    type: 'notice',
    text: expect.stringContaining('teardown (“exit 4”)'),
  });
  await bed.calls.worktrees.restore({ repository, ref: ref ?? '' });
  await bed.calls.repositories.configure({ repository, teardownCommand: 'echo no; exit 3' });
  expect(await bed.calls.tasks.discard({ task: task.id })).toMatchObject({ worktree: null });
  expect(await runsOf(task.id, teardownName)).toMatchObject([{ state: 'failed', exitCode: 3, output: 'no' }]);
  expect((await saidOf()).at(-1)).toMatchObject({
    type: 'notice',
    text: expect.stringContaining('teardown (“echo no; exit 3”)'),
  });
});

it('a task that names folders has only those, copied files beside, and its agent is told', async () => {
  await bed.calls.repositories.configure({ repository, teardownCommand: null });
  await bed.repository.write('far/away.txt', 'far');
  await bed.repository.write('.gitignore', '.git-ready\n.env\n');
  await bed.repository.write('.worktreeinclude', '.env\n');
  await bed.repository.commit('Far');
  await bed.repository.write('.env', 'KEY=1\n');
  const wanted = { repositoryId: repository, title: 'Narrow', agent: 'echo', prompt: '[write: made/new.txt | new]' };
  for (const path of ['/etc', '../up', 'a/../b', '.git', 'a*', '-"x'])
    await expect(bed.calls.tasks.create({ ...wanted, paths: [path] })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  const { id } = await bed.calls.tasks.create({ ...wanted, paths: ['source/'] });
  const task = await bed.reaches(id, 'review');
  expect(task.paths).toEqual(['source']);
  const folder = task.worktree ?? '';
  expect((await readdir(folder)).sort()).toEqual(
    ['.env', '.git', '.gitignore', '.worktreeinclude', 'README.md', 'hello.txt', 'made', 'more.txt', 'source'].sort(),
  );
  const said = await bed.calls.sessions.read({ session: task.session ?? 0, after: 0 });
  expect(said).toContainEqual(
    expect.objectContaining({ text: 'Copied 1 ignored file, 6 B, as .worktreeinclude says.' }),
  );
  expect(said.find(({ type }) => type === 'prompt')).toMatchObject({ text: expect.stringContaining('- source\n') });
  expect((await bed.calls.reviews.get({ task: id })).files.map(({ path }) => path)).toEqual(['made/new.txt']);
  await bed.calls.tasks.discard({ task: id });
  await bed.calls.tasks.restore({ task: id });
  expect(await readdir(folder)).not.toContain('far');
  await approve(task);
  expect(await bed.repository.read('far/away.txt')).toBe('far');
});

it('neither runs in a repository that is not trusted, and no check may take their names', async () => {
  const mark = join(bed.folder, 'never');
  const command = `touch '${mark}'`;
  await bed.calls.repositories.configure({ repository, setupCommand: command, teardownCommand: command });
  await bed.calls.repositories.trust({ repository, trust: false });
  const task = await bed.reaches(await make('[write: plain.txt | plain]'), 'review');
  const said = await bed.calls.sessions.read({ session: task.session ?? 0, after: 0 });
  expect(said).toContainEqual(expect.objectContaining({ text: expect.stringContaining('was not run, because') }));
  await bed.calls.tasks.discard({ task: task.id });
  await expect(readFile(mark)).rejects.toMatchObject({ code: 'ENOENT' });
  const checks = [{ name: setupName, command: 'true', required: false }];
  await expect(bed.calls.repositories.configure({ repository, checks })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});
