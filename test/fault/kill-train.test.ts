import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { openLandings } from '../../core/store/landings';
import { openTrains, trainsWithWorktree } from '../../core/store/trains';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, killAt, killed, whenFilesMove } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL right before one of the git commands by which two changes land on a train. SWITCHYARD_TEST_KILLS=all
 * tries every one of them.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '1';
/** About as many as there are. */
const commands = 150;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed, whenFilesMove);
});
afterEach(() => bed.close());

it.runIf(process.platform !== 'win32')(
  'lands every change of a train once and whole, wherever it is killed',
  async () => {
    const git = (...args: string[]) => bed.repository.git(...args);
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    // What was checked is what lands: each time all of it is there.
    const check = { name: 'test', command: 'ls', required: true };
    await bed.calls.repositories.configure({ repository: repositoryId, checks: [check] });
    await bed.repository.write('mine', 'in no commit');
    const random = randomFrom(seed);
    let [half, unfinished] = [0, 0];
    const kills = wanted === 'all' ? Number.POSITIVE_INFINITY : Number(wanted);
    for (let kill = 0; kill < kills; kill += 1) {
      const add = async (name: string) => {
        const task = { repositoryId, title: name, prompt: `[write: ${name} | ${name}]`, agent: 'echo' };
        return (await bed.reaches((await bed.calls.tasks.create(task)).id, 'review')).id;
      };
      const tasks = await Promise.all([add(`a-${kill}`), add(`b-${kill}`)]);
      await bed.runtime.stop();
      const before = await git('rev-parse', 'main');
      const point = kill === 0 ? 'files' : wanted === 'all' ? `${kill}` : `${1 + Math.floor(random() * commands)}`;
      const at = `seed ${seed}, kill ${kill} at command ${point}`;
      const argument = [point, ...tasks].join('.');
      const wasKilled = await killed(bed, { action: 'train', argument, done: 'ended' });
      await rm(killAt(bed), { force: true });
      if (ledger().open > 0) unfinished += 1;
      if ((await git('status', '--porcelain')) !== '?? mine') half += 1;
      bed = await bed.again(true);
      const begun = (await bed.calls.trains.list())[0];
      const isOurs = begun?.cars.some(({ task }) => tasks.includes(task)) === true;
      // Killed before the train was written down, nothing has begun, and the person approves again.
      if (isOurs) {
        for (const task of tasks) await bed.reaches(task, 'done');
        await expect.poll(async () => (await bed.calls.trains.list())[0]?.state, { timeout: 30_000 }).toBe('ended');
        expect(
          (await bed.calls.trains.list())[0]?.cars.map(({ state }) => state),
          at,
        ).toEqual(['landed', 'landed']);
        const landed = await git('log', '--format=%s', `${before}..main`);
        expect(landed.split('\n').sort(), at).toEqual([`a-${kill}`, `b-${kill}`]);
      } else {
        expect(await git('rev-parse', 'main'), at).toBe(before);
        for (const task of tasks) await bed.calls.tasks.discard({ task });
      }
      expect(await git('status', '--porcelain'), at).toBe('?? mine');
      expect(ledger(), at).toEqual({ open: 0, worktrees: 0, landings: 0 });
      expect(trainFolders(), at).toEqual([]);
      expect((await bed.calls.decisions.check()).broken, at).toBeNull();
      if (wanted === 'all' && !wasKilled) break;
    }
    // The control: kills did leave a checkout behind its branch, and trains nobody had ended.
    expect([half > 0, unfinished > 0], `seed ${seed}: ${half} half, ${unfinished} unfinished`).toEqual([true, true]);
    if (wanted === 'all') process.stdout.write(`${JSON.stringify({ half, unfinished })}\n`);
    expect(await git('fsck', '--connectivity-only').catch(String)).not.toMatch(/missing|broken|corrupt/);
  },
  900_000,
);

function ledger() {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    const [open, worktrees] = [openTrains(db).length, trainsWithWorktree(db).length];
    return { open, worktrees, landings: openLandings(db).length };
  } finally {
    closeDatabase(db);
  }
}

function trainFolders(): string[] {
  const { worktrees } = bed.config.folders;
  return readdirSync(worktrees)
    .flatMap((folder) => readdirSync(join(worktrees, folder)))
    .filter((name) => name.startsWith('train'));
}
