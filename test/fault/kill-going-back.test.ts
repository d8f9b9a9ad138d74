import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { openReturnOf } from '../../core/store/returns';
import { allRows } from '../../core/store/statement';
import { contents } from '../core/git/fixture';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, killAt, killed } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL right before one of the git commands of a going back, 27 of them: before and
 * after what is left is kept, the intent is written, files are written and removed, HEAD, branch and index are moved, and
 * the end is kept. SWITCHYARD_TEST_KILLS=all tries every one of them.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261121);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '6';
/** About as many as there are; the intent is written before the last third of them. */
const commands = 27;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed);
});
afterEach(() => bed.close());

it.runIf(process.platform !== 'win32')(
  'finishes a going back that was cut short anywhere, or finds that it had not begun',
  async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = 'First.\n[write: one.txt | one]\n[write: folder/deep.txt | deep]';
    const { id } = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Kill', prompt, agent: 'echo' });
    const { worktree } = await bed.reaches(id, 'review');
    const top = worktree ?? '';
    await bed.calls.tasks.reject({
      task: id,
      comment: 'Second.\n[write: one.txt | two]\n[write: folder/more.txt | m]',
    });
    await bed.reaches(id, 'review');
    await rm(join(top, 'folder'), { recursive: true });
    await writeFile(join(top, 'folder'), 'a file now');
    await symlink('one.txt', join(top, 'lïnk'));
    const git = (...args: string[]) => bed.repository.git('-C', top, ...args);
    const look = async () =>
      JSON.stringify([contents(top), await git('status', '--porcelain'), await git('log', '--format=%s')]);
    const second = await look();
    const { left } = await bed.calls.checkpoints.back({ task: id, checkpoint: 1 });
    const first = await look();
    await bed.runtime.stop();

    const random = randomFrom(seed);
    let [half, unfinished, at] = [0, 0, 0];
    // Which of the two the worktree is at now.
    let here = 1;
    for (let kill = 0; wanted === 'all' || kill < Number(wanted); kill += 1) {
      const point = wanted === 'all' ? kill + 1 : 1 + Math.floor(((kill + random()) / Number(wanted)) * commands);
      const target = here === 1 ? left : 1;
      if (!(await killed(bed, { action: 'back', argument: `${target}.${point}`, done: 'back' })) && wanted === 'all')
        break;
      await rm(killAt(bed), { force: true });
      const cut = await look();
      if (cut !== first && cut !== second) half += 1;
      const began = isOpen(id);
      if (began) unfinished += 1;
      bed = await bed.again(true);
      const now = await look();
      if (began) here = target;
      // One that was cut short after its end was kept is over, too.
      else if (now === (target === 1 ? first : second)) here = target;
      expect(now, `seed ${seed}, kill ${kill} at command ${point}`).toBe(here === 1 ? first : second);
      expect(isOpen(id)).toBe(false);
      expect((await bed.calls.checkpoints.list({ task: id })).find(({ current }) => current)?.number).toBe(
        here === 1 ? 1 : left,
      );
      await bed.runtime.stop();
      at += 1;
    }
    bed = await bed.again(true);
    // The control: kills did leave worktrees that were neither the one nor the other, and intents nobody had finished.
    expect([half > 0, unfinished > 0], `seed ${seed}: ${half} half, ${unfinished} unfinished of ${at}`).toEqual([
      true,
      true,
    ]);
    const { decided, done } = goingsBack(id);
    expect(decided).toEqual(done);
    const checked = await bed.repository.git('fsck', '--connectivity-only').catch(String);
    expect(checked).not.toMatch(/missing|broken|corrupt/);
  },
  900_000,
);

function isOpen(task: number): boolean {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return openReturnOf(db, task) !== undefined;
  } finally {
    closeDatabase(db);
  }
}

/** The goings back that were done, and those in the record of decisions, in their order: from where, and to where. */
function goingsBack(task: number): { readonly decided: readonly unknown[]; readonly done: readonly unknown[] } {
  const db = openDatabase({ file: bed.config.folders.database });
  const decided = `SELECT text ->> '$.answered.left' AS "left", text ->> '$.answered.checkpoint' AS checkpoint FROM decision
    WHERE task_id = ? AND text ->> '$.kind' = 'go-back' ORDER BY number`;
  const done = `SELECT left_number AS "left", target AS checkpoint FROM task_return WHERE task_id = ? AND state = 'done' ORDER BY id`;
  try {
    return { decided: allRows(db, decided, task), done: allRows(db, done, task) };
  } finally {
    closeDatabase(db);
  }
}
