import { expect, test } from 'vitest';
import type { Deps } from '../../../core/runner/deps';
import { openReviewDesk } from '../../../core/runner/review-desk';
import { insertAgentReview, listAgentReviews } from '../../../core/store/agent-reviews';
import { commentsOf } from '../../../core/store/comments';
import { createWriter } from '../../../core/store/writer';
import { createBench, write } from '../git/fixture';
import { addTask, temporaryStore } from '../store/store';

const bench = createBench();

test('what an agent says in a review it does not hold any more, or of a change that is done, is not kept, and it is told to stop', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const mergeBase = bench.plain(top, 'rev-parse', 'HEAD').trim();
  write(top, 'new.txt', 'one\n');
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'New');
  const head = bench.plain(top, 'rev-parse', 'HEAD').trim();

  const { db } = temporaryStore();
  const [reviewed, review] = [addTask(db), addTask(db)];
  insertAgentReview(db, { task: review, reviewed, head, mergeBase });
  const put = (task: number, state: string, generation = 1) => {
    const held = state === 'running' || state === 'waiting';
    db.prepare('UPDATE task SET state = ?, generation = ?, outcome = ?, lease_until = ?, worker = ? WHERE id = ?').run(
      ...[state, generation, state === 'done' ? 'merged' : null, held ? 1 : null, held ? 'local' : null, task],
    );
  };
  put(reviewed, 'review');
  put(review, 'running');
  const writer = createWriter(db);
  const deps = { db, writer, now: () => 20, announceComments: () => {} } as unknown as Deps;
  const claim = { task: review, generation: 1 } as Parameters<typeof openReviewDesk>[1]['claim'];
  const desk = await openReviewDesk(deps, { claim, agent: 'echo', place, directory: top });
  const comment = (text: string) => desk?.take('comment', { path: 'new.txt', line: 1, text });
  const verdict = () => desk?.take('verdict', { verdict: 'good', summary: 'Fine' });
  const over = { failed: true, text: 'This review is over and takes nothing more. Stop here.' };

  expect(await comment('First')).toEqual({ failed: false, text: 'Left comment 1.' });
  const isOver = async () => {
    // Also what it said before is nothing to go on with.
    expect([await comment('First'), await comment('Second'), await verdict()]).toEqual([over, over, over]);
    expect([commentsOf(db, reviewed).length, listAgentReviews(db, reviewed)[0]?.verdict]).toEqual([1, null]);
  };
  // Its claim is stale: the lease ran out, and another one has the task, or nobody.
  put(review, 'running', 2);
  await isOver();
  put(review, 'queued', 1);
  await isOver();
  put(review, 'running', 1);
  put(review, 'cancelled', 1);
  await isOver();
  put(review, 'running', 1);
  put(reviewed, 'done');
  await isOver();
  put(reviewed, 'review');
  // While it asks the person something it goes on holding it.
  put(review, 'waiting');
  expect(await comment('Second')).toEqual({ failed: false, text: 'Left comment 2.' });
  expect(await verdict()).toMatchObject({ failed: false });
  await writer.close();
});
