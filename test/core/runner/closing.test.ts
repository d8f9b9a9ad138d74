import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

it('work that does not end in time when Switchyard is closed is no crash, however often that happens', async () => {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  // A check that does not heed being told to end takes three seconds to be ended.
  const deaf = join(bed.folder, 'deaf');
  const command = `trap '' TERM; : > '${deaf}'; while :; do sleep 0.1; done`;
  await bed.calls.repositories.configure({
    repository: repository.id,
    checks: [{ name: 'check', command, required: false }],
  });
  const prompt = '[write: hello.txt | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  for (let quit = 1; quit <= 2; quit += 1) {
    await bed.until(id, (task) => task.state === 'running' && task.checks[0]?.state === 'running');
    await expect.poll(() => existsSync(deaf)).toBe(true);
    rmSync(deaf);
    await bed.runtime.stop(20);
    bed = await bed.again(false);
    // Nobody owns it now, and nothing says so yet: that comes with the start.
    expect(await bed.calls.tasks.get({ task: id })).toMatchObject({ state: 'running' });
    await bed.runtime.stop();
    bed = await bed.again(true);
  }
  await bed.until(id, (task) => task.state === 'running' && task.checks[0]?.state === 'running');
  const { transitions, attempt } = await bed.calls.tasks.get({ task: id });
  expect(attempt).toBe(1);
  expect(transitions.filter(({ by }) => by === 'recovery').map(({ reason }) => reason)).toEqual(
    Array.from({ length: 2 }, () => 'Switchyard was closed.'),
  );
});

it('a worktree that is being taken away goes before Switchyard is closed, or at the next start with its teardown run whole', async () => {
  const repository = (await bed.calls.repositories.add({ path: bed.repository.path, trust: true })).id;
  const wanted = { repositoryId: repository, title: 'Hello', prompt: '[write: hello.txt | hello]', agent: 'echo' };
  const { id } = await bed.calls.tasks.create(wanted);
  const path = (await bed.reaches(id, 'review')).worktree ?? '';
  const removing = bed.calls.worktrees.remove({ path });
  // Kept, and about to go.
  await expect.poll(async () => (await bed.calls.worktrees.backups()).length).toBe(1);
  await bed.runtime.stop();
  await expect(removing).resolves.toMatchObject({ repository });
  expect(existsSync(path)).toBe(false);

  bed = await bed.again(true);
  const [began, gate, through] = ['began', 'gate', 'through'].map((name) => join(bed.folder, name));
  const teardownCommand = `test -e '${gate}' || { touch '${began}'; exec sleep 600; }; touch '${through}'`;
  await bed.calls.repositories.configure({ repository, teardownCommand });
  const other = await bed.reaches((await bed.calls.tasks.create(wanted)).id, 'review');
  const discarding = bed.calls.tasks.discard({ task: other.id });
  await expect.poll(() => existsSync(began ?? '')).toBe(true);
  await bed.runtime.stop();
  await discarding;
  expect([existsSync(other.worktree ?? ''), existsSync(through ?? '')]).toEqual([true, false]);
  writeFileSync(gate ?? '', '');
  bed = await bed.again(true);
  expect([existsSync(other.worktree ?? ''), existsSync(through ?? '')]).toEqual([false, true]);

  // The same of one that would have stayed for a while, and that somebody removes by hand.
  for (const file of [began, gate, through]) rmSync(file ?? '');
  await bed.calls.settings.set({ name: 'worktreeDays', value: 30 });
  const kept = await bed.reaches((await bed.calls.tasks.create(wanted)).id, 'review');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: kept.id });
  await bed.calls.tasks.approve({ task: kept.id, base, mergeBase, head, tree });
  const byHand = bed.calls.worktrees.remove({ path: kept.worktree ?? '' });
  await expect.poll(() => existsSync(began ?? '')).toBe(true);
  await Promise.all([bed.runtime.stop(), expect(byHand).rejects.toMatchObject({ code: 'CANCELLED' })]);
  expect(existsSync(kept.worktree ?? '')).toBe(true);
  writeFileSync(gate ?? '', '');
  bed = await bed.again(true);
  expect([existsSync(kept.worktree ?? ''), existsSync(through ?? '')]).toEqual([false, true]);
});
