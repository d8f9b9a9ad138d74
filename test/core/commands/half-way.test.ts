import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let broken: string;
beforeEach(async () => {
  bed = await openBed();
  broken = join(bed.folder, 'broken');
  // A filter without which git refuses to write a file, and which works until `broken` is there.
  await bed.repository.git('config', 'filter.sealed.smudge', `test ! -e '${broken}' && cat`);
  await bed.repository.git('config', 'filter.sealed.clean', 'cat');
  await bed.repository.git('config', 'filter.sealed.required', 'true');
  await bed.repository.write('.gitattributes', '*.sealed filter=sealed\n');
  await bed.repository.commit('Seal some files');
});
afterEach(() => bed.close());

/** A task whose approval moved main and then could not write the files. */
async function halfWay(): Promise<{
  task: Task;
  approval: { task: number; base: string; mergeBase: string; head: string; tree: string };
}> {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[write: plain.txt | hello]\n[write: one.sealed | hello]';
  const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  const task = await bed.reaches(id, 'review');
  const { base, mergeBase, head, tree } = await bed.calls.reviews.get({ task: id });
  const approval = { task: id, base, mergeBase, head, tree };
  await writeFile(broken, '');
  await expect(bed.calls.tasks.approve(approval)).rejects.toMatchObject({
    code: 'CHECKOUT_IN_THE_WAY',
    message: expect.stringMatching(/has begun to land on main.* approve again; it goes on where it stopped/s),
  });
  expect(await bed.repository.git('rev-parse', 'main')).toBe(head);
  return { task, approval };
}

it('an approval that stopped after the branch moved is finished by approving again, and recorded once', async () => {
  const { task, approval } = await halfWay();
  expect(await bed.calls.decisions.list({ task: task.id })).toEqual([]);
  await rm(broken);
  expect(await bed.calls.tasks.approve(approval)).toMatchObject({ outcome: 'merged', mergedOid: approval.head });
  expect(await bed.repository.read('one.sealed')).toContain('hello');
  expect(await bed.repository.git('status', '--porcelain')).toBe('');
  const recorded = await bed.calls.decisions.list({ task: task.id });
  expect(recorded.map(({ text }) => JSON.parse(text))).toMatchObject([
    { kind: 'approve', shown: { head: approval.head } },
  ]);
});

it('a task whose change is half way can be neither discarded, sent back nor taken over', async () => {
  const { task } = await halfWay();
  const refused = { code: 'CHECKOUT_IN_THE_WAY' };
  await expect(bed.calls.tasks.discard({ task: task.id })).rejects.toMatchObject(refused);
  await expect(bed.calls.tasks.reject({ task: task.id, comment: 'More' })).rejects.toMatchObject(refused);
  const taken = bed.calls.tasks.take({ task: task.id, size: { columns: 80, rows: 24 } });
  await expect(taken).rejects.toMatchObject(refused);
  await rm(broken);
  // Now it can be finished, and a task that is merged can be neither.
  await expect(bed.calls.tasks.discard({ task: task.id })).rejects.toMatchObject({
    message: `Task ${task.id} is done (merged) and cannot be discarded.`,
  });
  expect(await bed.repository.read('one.sealed')).toContain('hello');
});

it('what came after the approval is never called merged', async () => {
  const { task, approval } = await halfWay();
  const worktree = task.worktree ?? '';
  await writeFile(join(worktree, 'second.txt'), 'second\n');
  await bed.repository.git('-C', worktree, 'add', 'second.txt');
  await bed.repository.git('-C', worktree, 'commit', '--quiet', '-m', 'Second');
  const later = await bed.repository.git('-C', worktree, 'rev-parse', 'HEAD');
  const tree = await bed.repository.git('-C', worktree, 'rev-parse', 'HEAD^{tree}');
  await rm(broken);
  const tried = bed.calls.tasks.approve({ ...approval, head: later, tree });
  await expect(tried).rejects.toMatchObject({ code: 'MOVED', message: expect.stringContaining(later.slice(0, 10)) });
  expect(await bed.repository.git('rev-parse', 'main')).toBe(approval.head);
  const { backupRef } = await bed.calls.tasks.get({ task: task.id });
  expect(await bed.repository.git('show', `${backupRef}:second.txt`)).toBe('second');
});

it('a restart finishes it', async () => {
  const { task, approval } = await halfWay();
  await rm(broken);
  bed = await bed.restart();
  expect(await bed.calls.tasks.get({ task: task.id })).toMatchObject({ outcome: 'merged', mergedOid: approval.head });
  expect(await bed.calls.decisions.list({ task: task.id })).toHaveLength(1);
  expect(await bed.repository.git('status', '--porcelain')).toBe('');
});
