import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { editUnderWay } from '../../core/store/edits';
import { contents } from '../core/git/fixture';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, killAt, killed, whenFilesMove } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL right before one of the git commands of taking a moved file back, or of undoing that:
 * before and after the commit is made, the intent is written, the branch moves, the index is prepared, files are written and
 * removed, and the end is kept. SWITCHYARD_TEST_KILLS=all tries every one of them, both ways.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '3';
/** About as many as there are; the intent is written before the last thirteen. */
const commands = { take: 32, undo: 24 } as const;
const afterIntent = 14;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed, whenFilesMove);
});
afterEach(() => bed.close());

it.runIf(process.platform !== 'win32')(
  'finishes an edit or its undoing that was cut short anywhere, or finds that it had not begun',
  async () => {
    await bed.repository.write('folder/old', 'one\ntwo\nthree\nfour\n');
    await bed.repository.commit('Have a file');
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const task = { repositoryId: repository.id, title: 'Kill', prompt: '[write: other | x]', agent: 'echo' };
    const { id } = await bed.calls.tasks.create(task);
    const { worktree } = await bed.reaches(id, 'review');
    const top = worktree ?? '';
    const git = (...args: string[]) => bed.repository.git('-C', top, ...args);
    await git('mv', 'folder/old', 'new');
    await writeFile(join(top, 'new'), 'one\ntwo\nthree\nfour\nfive\n');
    await git('commit', '-q', '-a', '-m', 'Move it');
    // Somebody's own file stays through all of it.
    await writeFile(join(top, 'untracked'), 'mine');
    const look = async () =>
      JSON.stringify([contents(top), await git('status', '--porcelain'), await git('rev-parse', 'HEAD^{tree}')]);
    const whole = await look();
    const { head, mergeBase } = await bed.calls.reviews.get({ task: id });
    await bed.calls.reviews.takeBack({ task: id, head, mergeBase, path: 'new', oldPath: 'folder/old', lines: null });
    const taken = await look();
    await bed.calls.reviews.undo({ task: id });
    expect(await look()).toBe(whole);
    await bed.runtime.stop();

    const random = randomFrom(seed);
    let [half, unfinished, edits] = [0, 0, 2];
    let isTaken = false;
    const points = { take: 0, undo: 0 };
    const through = new Set<string>();
    const kills = wanted === 'all' ? Number.POSITIVE_INFINITY : Number(wanted);
    for (let kill = 0; kill < kills; kill += 1) {
      const action = isTaken ? 'undo' : 'take';
      const late = commands[action] - Math.floor(((kill + random()) / kills) * afterIntent);
      points[action] = wanted === 'all' ? points[action] + 1 : late;
      // The first one always leaves a file gone and the other not yet there.
      const point = kill === 0 ? 'files' : `${points[action]}`;
      const at = `seed ${seed}, kill ${kill} of ${action} at command ${point}`;
      const wasKilled = await killed(bed, { action: 'edit', argument: `${action}.${point}`, done: 'edited' });
      await rm(killAt(bed), { force: true });
      const cut = await look();
      if (cut !== whole && cut !== taken) half += 1;
      if (isUnderWay(id)) unfinished += 1;
      bed = await bed.again(true);
      const now = await look();
      expect([whole, taken], at).toContain(now);
      if ((now === taken) !== isTaken) edits += 1;
      else expect(wasKilled, at).toBe(true);
      isTaken = now === taken;
      expect(isUnderWay(id), at).toBe(false);
      // What is recorded, counted and can be undone is what is there.
      expect(await bed.calls.decisions.list({ task: id }), at).toHaveLength(edits);
      expect((await bed.calls.tasks.get({ task: id })).change?.files, at).toBe(isTaken ? 1 : 2);
      await bed.runtime.stop();
      if (!wasKilled) through.add(action);
      if (wanted === 'all' && through.size === 2) break;
    }
    // The control: kills did leave worktrees that were neither the one nor the other, and intents nobody had finished.
    expect([half > 0, unfinished > 0], `seed ${seed}: ${half} half, ${unfinished} unfinished`).toEqual([true, true]);
    if (wanted === 'all') process.stdout.write(`${JSON.stringify({ points, half, unfinished, edits })}\n`);
    bed = await bed.again(true);
    expect(await bed.repository.git('fsck', '--connectivity-only').catch(String)).not.toMatch(/missing|broken|corrupt/);
  },
  900_000,
);

function isUnderWay(task: number): boolean {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return editUnderWay(db, task) !== undefined;
  } finally {
    closeDatabase(db);
  }
}
