import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alone } from '../../../core/commands/acting';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { hostProgram } from '../../support/host';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed({ host: hostProgram });
});
afterEach(() => bed.close());

it('a worktree that is used again between the decision that it goes and its removal stays', async () => {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  // Old enough to go for want of room, and not to be kept no longer: that would be seen to when it starts.
  await bed.calls.settings.set({ name: 'worktreeDays', value: 30 });
  await bed.calls.settings.set({ name: 'worktreeMegabytes', value: 1 });
  const make = async (name: string) => {
    const prompt = `[write: ${name}.txt | ${name}]`;
    const { id } = await bed.calls.tasks.create({ repositoryId, title: name, prompt, agent: 'echo' });
    return bed.reaches(id, 'review');
  };
  const large = await make('large');
  const inLarge = (...args: string[]) => bed.repository.git('-C', large.worktree ?? '', ...args);
  await writeFile(join(large.worktree ?? '', 'large.bin'), Buffer.alloc(2_000_000));
  await inLarge('add', '-A');
  await inLarge('commit', '-q', '-m', 'Large');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: large.id });
  await bed.calls.tasks.approve({ task: large.id, base, mergeBase, head, tree });
  const again = await make('again');
  const path = again.worktree ?? '';
  // Discarded, and still there, because something in it cannot be kept.
  const obstacle = join(await bed.repository.git('-C', path, 'rev-parse', '--absolute-git-dir'), 'modules');
  await mkdir(obstacle);
  await bed.calls.tasks.discard({ task: again.id });
  expect(existsSync(path)).toBe(true);
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  const day = 86_400_000;
  const since = db.prepare('UPDATE task SET state_since = ? WHERE id = ?');
  since.run(Date.now() - 2 * day, large.id);
  since.run(Date.now() - 3 * day, again.id);
  closeDatabase(db);

  bed = await bed.again(false);
  await expect.poll(async () => (await bed.calls.worktrees.list()).measuring, { timeout: 10_000 }).toBe(0);
  let goOn = () => {};
  const held = alone(again.id, () => new Promise<void>((resolve) => (goOn = resolve)));
  const restoring = bed.calls.tasks.restore({ task: again.id });
  const leave = new AbortController();
  const changes = await bed.calls.changes.follow(undefined, { signal: leave.signal });
  await bed.runtime.start();
  await rm(obstacle, { recursive: true });
  // The newer one is gone: it is decided that the other one goes, too, and it is that one's turn.
  for await (const change of changes) if (change.type === 'worktrees.changed') break;
  leave.abort();
  expect(existsSync(large.worktree ?? '')).toBe(false);
  goOn();
  await held;
  expect(await restoring).toMatchObject({ state: 'review', worktree: path });
  await alone(again.id, async () => {});
  expect(existsSync(join(path, 'again.txt'))).toBe(true);
  expect((await bed.calls.worktrees.list()).worktrees).toMatchObject([{ path, reason: 'review' }]);
});

it('a worktree in which the person runs a program stays until that has ended, however long it is kept', async () => {
  const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const settings = { worktreeDays: 30, worktreeMegabytes: 1, keepTerminals: true };
  for (const [name, value] of Object.entries(settings)) await bed.calls.settings.set({ name, value });
  const make = async (name: string) => {
    const prompt = `[write: ${name}.txt | ${name}]`;
    const { id } = await bed.calls.tasks.create({ repositoryId, title: name, prompt, agent: 'echo' });
    const { worktree } = await bed.reaches(id, 'review');
    const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
    await bed.calls.tasks.approve({ task: id, base, mergeBase, head, tree });
    await writeFile(join(worktree ?? '', 'large.bin'), Buffer.alloc(2_000_000));
    return { id, path: worktree ?? '' };
  };
  const [unused, used] = [await make('unused'), await make('used')];
  const terminal = await bed.calls.terminals.open({ task: used.id, kind: 'shell', size: { columns: 80, rows: 24 } });
  const day = 86_400_000;
  const againSince = async (days: number) => {
    await bed.runtime.stop();
    const db = openDatabase({ file: bed.config.folders.database });
    db.prepare('UPDATE task SET state_since = ? WHERE id = ?').run(Date.now() - days * day, used.id);
    db.prepare('UPDATE task SET state_since = ? WHERE id = ?').run(Date.now() - 3 * day, unused.id);
    closeDatabase(db);
    bed = await bed.again(false);
  };
  // For want of room, the newer one first.
  await againSince(2);
  await expect.poll(async () => (await bed.calls.worktrees.list()).measuring, { timeout: 10_000 }).toBe(0);
  const leave = new AbortController();
  const changes = await bed.calls.changes.follow(undefined, { signal: leave.signal });
  await bed.runtime.start();
  for await (const change of changes) if (change.type === 'worktrees.changed') break;
  leave.abort();
  expect([unused, used].map(({ path }) => existsSync(path))).toEqual([false, true]);
  // For its age, as a start sees to it.
  await againSince(40);
  await bed.runtime.start();
  const runs = async () => (await bed.calls.terminals.list({ task: used.id })).map(({ id, state }) => [id, state]);
  expect([existsSync(used.path), await runs()]).toEqual([true, [[terminal.id, 'running']]]);
  await bed.calls.terminals.close({ terminal: terminal.id });
  await againSince(40);
  await bed.runtime.start();
  expect(existsSync(used.path)).toBe(false);
});
