import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../../core/store/database';
import { randomFrom } from '../support/random';
import { type Bed, openBed } from '../support/runtime';
import { armGit, countDown, killAt, killed } from './killed-runtime';

/**
 * The runtime is killed with SIGKILL while an agent reviews: right before what it says is kept, and right after that, before the
 * agent is told. SWITCHYARD_TEST_KILLS=all tries every one of both.
 */
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '2';
const comments = 4;
const said = Array.from({ length: comments }, (_, index) => `Remark ${index}`);
const prompt = [...said.map((text) => `[comment: a.txt:1 | ${text}]`), '[verdict: good | Fine]'].join('\n');

/** Before each comment its lines are read. */
const branches = `*' cat-file '*) ${countDown.replace('*)', '')}`;

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
  await armGit(bed, branches);
});
afterEach(() => bed.close());

it.runIf(process.platform !== 'win32')(
  'keeps all that an agent says of a change once, wherever it is killed between saying and keeping it',
  async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const made = { repositoryId: repository.id, title: 'Make it', prompt: '[write: a.txt | one]', agent: 'echo' };
    const { id: task } = await bed.calls.tasks.create(made);
    await bed.reaches(task, 'review');
    await bed.runtime.stop();

    /** Kills there, has the next runtime finish, and gives what was kept at the kill and in the end. */
    const review = async (point: string, meanwhile: string | null = null) => {
      const wasKilled = await killed(bed, { action: 'review', argument: `${point}.${prompt}`, done: 'reviewed' });
      await rm(killAt(bed), { force: true });
      const cut = keptIn(bed, meanwhile);
      bed = await bed.again(true);
      const [newest] = (await bed.calls.reviews.asked({ task })).slice(-1);
      const id = newest?.task ?? 0;
      await bed.reaches(id, 'done');
      const left = (await bed.calls.comments.list({ task })).filter(({ reviewer }) => reviewer?.task === id);
      const [end] = (await bed.calls.reviews.asked({ task })).slice(-1);
      // One that was killed for good is a runtime more that goes on with it, and no attempt too many.
      await bed.runtime.stop();
      return { wasKilled, cut, left: left.map(({ text }) => text), verdict: end?.verdict };
    };

    const random = randomFrom(seed);
    const some = Array.from({ length: wanted === 'all' ? 0 : Number(wanted) }, (_, index) =>
      index % 2 === 0 ? `after.${1 + Math.floor(random() * (comments + 1))}` : `before.${2 + Math.floor(random() * 3)}`,
    );
    const all = Array.from({ length: comments + 1 }, (_, index) => [
      `after.${index + 1}`,
      `before.${index + 1}`,
    ]).flat();
    let [between, kills] = [0, 0];
    for (const point of wanted === 'all' ? all : some) {
      const { wasKilled, cut, left, verdict } = await review(point);
      expect([left, verdict], `seed ${seed}, killed ${point}`).toEqual([said, 'good']);
      if (wasKilled) kills += 1;
      if (wasKilled && cut < comments) between += 1;
    }
    expect([kills > 0, between > 0], `seed ${seed}: ${kills} kills, ${between} between`).toEqual([true, true]);
    if (wanted === 'all') process.stdout.write(`${JSON.stringify({ kills, between })}\n`);

    // The control: what was kept and not told is said again, and only that it is known keeps it from being there twice.
    const control = await review('after.2', "UPDATE comment SET said = said || 'x'");
    expect(control.left.length, 'the control').toBeGreaterThan(comments);
  },
  600_000,
);

/** How many comments the newest review had left; then the store is changed, if that is asked for. */
function keptIn({ config }: Bed, meanwhile: string | null): number {
  const db = openDatabase({ file: config.folders.database });
  try {
    const sql = 'SELECT count(*) AS n FROM comment WHERE review_id = (SELECT max(task_id) FROM agent_review)';
    const { n } = db.prepare(sql).get() as { n: number };
    if (meanwhile !== null) db.prepare(meanwhile).run();
    return n;
  } finally {
    closeDatabase(db);
  }
}
