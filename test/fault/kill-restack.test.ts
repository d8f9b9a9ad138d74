import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { restackUnderWay } from '../../core/store/restacks';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, killAt, killed, whenFilesMove } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL right before one of the git commands by which a task is brought onto a change that went
 * on. SWITCHYARD_TEST_KILLS=all tries every one of them.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261123);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '1';
/** About as many as there are; the intent is written before the last dozen. */
const commands = 62;
const afterIntent = 14;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed, whenFilesMove);
});
afterEach(() => bed.close());

it.runIf(process.platform !== 'win32')(
  'brings a task whole onto what it stands on after a kill anywhere on the way, or leaves it whole where it was',
  async () => {
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const add = async (prompt: string, after: number[]) => {
      const task = { repositoryId, title: 'Kill', prompt, agent: 'echo', after, when: 'review' as const };
      return bed.reaches((await bed.calls.tasks.create(task)).id, 'review');
    };
    const a = await add('[write: a.txt | a]', []);
    const b = await add('[write: b.txt | b]', [a.id]);
    const top = b.worktree ?? '';
    const git = (...args: string[]) => bed.repository.git('-C', top, ...args);
    const inA = (...args: string[]) => bed.repository.git('-C', a.worktree ?? '', ...args);
    await writeFile(join(top, 'untracked'), 'mine');
    await bed.runtime.stop();

    const random = randomFrom(seed);
    let [half, unfinished] = [0, 0];
    const kills = wanted === 'all' ? Number.POSITIVE_INFINITY : Number(wanted);
    for (let kill = 0; kill < kills; kill += 1) {
      for (const file of ['a.txt', `more-${kill}`]) await writeFile(join(a.worktree ?? '', file), `${kill}\n`);
      await inA('add', '-A');
      await inA('commit', '-q', '-m', `A ${kill}`);
      const next = await inA('rev-parse', 'HEAD');
      const old = await git('rev-parse', 'HEAD');
      const point =
        kill === 0 ? 'files' : wanted === 'all' ? `${kill}` : `${commands - Math.floor(random() * afterIntent)}`;
      const at = `seed ${seed}, kill ${kill} at command ${point}`;
      const wasKilled = await killed(bed, {
        action: 'restack',
        argument: `${a.id}.${b.id}.${point}`,
        done: 'restacked',
      });
      await rm(killAt(bed), { force: true });
      if (isUnderWay(b.id)) unfinished += 1;
      const cut = await git('status', '--porcelain');
      if (cut !== '?? untracked') half += 1;
      bed = await bed.again(true);
      // Whoever looks at the one below finds the commit that nobody told of.
      await bed.calls.reviews.get({ task: a.id });
      await expect
        .poll(async () => (await bed.calls.reviews.get({ task: b.id })).mergeBase, { timeout: 30_000 })
        .toBe(next);
      await bed.until(b.id, ({ stack }) => stack?.problem === null);
      expect(isUnderWay(b.id), at).toBe(false);
      expect(await git('log', '--format=%s', `${next}..`), at).toBe('Kill');
      expect(await git('status', '--porcelain'), at).toBe('?? untracked');
      expect(
        (await bed.calls.reviews.get({ task: b.id })).files.map(({ path }) => path),
        at,
      ).toEqual(['b.txt']);
      const kept = await bed.repository.git(
        'for-each-ref',
        '--format=%(objectname)',
        `refs/switchyard/backup/${b.id}/`,
      );
      expect(kept.split('\n'), at).toContain(old);
      await bed.runtime.stop();
      if (wanted === 'all' && !wasKilled) break;
    }
    // The control: kills did leave worktrees with only some of the files, and intents nobody had finished.
    expect([half > 0, unfinished > 0], `seed ${seed}: ${half} half, ${unfinished} unfinished`).toEqual([true, true]);
    if (wanted === 'all') process.stdout.write(`${JSON.stringify({ half, unfinished })}\n`);
    bed = await bed.again(true);
    expect(await bed.repository.git('fsck', '--connectivity-only').catch(String)).not.toMatch(/missing|broken|corrupt/);
  },
  900_000,
);

function isUnderWay(task: number): boolean {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return restackUnderWay(db, task) !== undefined;
  } finally {
    closeDatabase(db);
  }
}
