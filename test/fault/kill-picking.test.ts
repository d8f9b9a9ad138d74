import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { openPicks } from '../../core/store/picks';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, killAt, killed } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL right before one of the git commands by which a change of a contest lands and the others are
 * put away. SWITCHYARD_TEST_SETS=all tries every one of them.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261124);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? (process.env.SWITCHYARD_TEST_SETS === 'all' ? 'all' : '2');
/** Less than there are when nobody kills: about half of them land the change, half put the others away. */
const commands = 60;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed);
});
afterEach(() => bed.close());

const isOpen = () => {
  const db = openDatabase({ file: bed.config.folders.database });
  const { length } = openPicks(db);
  closeDatabase(db);
  return length > 0;
};

it.runIf(process.platform !== 'win32')(
  'lands a change and discards the others of its contest, or does neither, when the runtime is killed anywhere on the way',
  async () => {
    const random = randomFrom(seed);
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const count = { cut: 0, between: 0, landed: 0, taken: 0, violations: 0 };
    const kills = wanted === 'all' ? Number.POSITIVE_INFINITY : Number(wanted);
    for (let kill = 0; kill < kills; kill += 1) {
      const tasks = await bed.calls.contests.create({
        ...{ repositoryId, title: `Kill ${kill}`, prompt: `[write: ${kill}.txt | a]` },
        agents: [{ agent: 'echo' }, { agent: 'echo' }, { agent: 'echo' }],
      });
      const [first, ...others] = tasks.map(({ id }) => id);
      const id = first ?? 0;
      for (const task of tasks) await bed.reaches(task.id, 'review');
      const base = await bed.repository.git('rev-parse', 'main');
      await bed.runtime.stop();
      const half = kill % 2 === 0 ? 0 : commands / 2;
      const point = wanted === 'all' ? kill + 1 : 1 + half + Math.floor((random() * commands) / 2);
      const at = `seed ${seed}, kill ${kill} at command ${point}`;
      const wasKilled = await killed(bed, { action: 'pick', argument: `${id}.${point}`, done: 'picked' });
      await rm(killAt(bed), { force: true });
      if (wasKilled) count.cut += 1;
      // Half way: written down, and not done.
      if (isOpen()) count.between += 1;
      bed = await bed.again(true);
      const { state } = await bed.calls.tasks.get({ task: id });
      const moved = (await bed.repository.git('rev-parse', 'main')) !== base;
      expect([state, moved], at).toEqual(state === 'done' ? ['done', true] : ['review', false]);
      if (state === 'done') {
        count.landed += 1;
        // The next start goes on with what was begun, and what it discards it keeps.
        for (const other of others) {
          const { backupRef } = await bed.until(
            other,
            ({ outcome, worktree }) => outcome === 'discarded' && worktree === null,
          );
          expect(await bed.repository.git('rev-parse', '--verify', backupRef ?? ''), at).toMatch(/^[0-9a-f]{40}$/);
        }
      } else {
        count.taken += 1;
        const left = await Promise.all(others.map((task) => bed.calls.tasks.get({ task })));
        const lost = left.filter((task) => task.state !== 'review').length;
        count.violations += lost;
        expect(lost, at).toBe(0);
        for (const task of [id, ...others]) await bed.calls.tasks.discard({ task });
      }
      const kinds = (await bed.calls.decisions.list({ after: 0, limit: 500, task: id })).map(
        ({ text }) => JSON.parse(text).kind,
      );
      expect(
        kinds.filter((kind) => kind === 'pick'),
        at,
      ).toHaveLength(state === 'done' ? 1 : 0);
      if (wanted === 'all' && !wasKilled) break;
    }
    process.stdout.write(`${JSON.stringify({ promise: 'killed picks', ...count, control: count.between })}\n`);
    expect(count.between, 'no kill came in the middle of it').toBeGreaterThan(0);
  },
  wanted === 'all' ? 3_600_000 : 300_000,
);
