import { expect, test } from 'vitest';
import { type Compared, isAsSeen } from '../../../core/commands/as-seen';
import { finishRestack, recordRestack } from '../../../core/store/restacks';
import { createBench, write } from '../git/fixture';
import { addTask, temporaryStore } from '../store/store';

const bench = createBench();

test('what restacks made of a change is what was seen, as long as each took up that very change', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const commit = (text: string): string => {
    write(top, 'readme.txt', text);
    bench.plain(top, 'commit', '-q', '-a', '--allow-empty', '-m', text);
    return bench.plain(top, 'rev-parse', 'HEAD').trim();
  };
  const [below, seen, onto, brought, again, last] = ['below', 'seen', 'onto', 'brought', 'again', 'last'].map(
    commit,
  ) as [string, string, string, string, string, string];
  // What an agent merged in place of what a change stood on has the same files.
  const instead = commit('onto');

  const { db } = temporaryStore();
  const task = addTask(db);
  const restacked = (was: Compared, is: Compared) => {
    const intent = {
      task,
      oldHead: was.head,
      newHead: is.head,
      oldOid: was.mergeBase,
      newOid: is.mergeBase,
      parts: [],
    };
    const id = recordRestack(db, { ...intent, at: 1 });
    finishRestack(db, { restack: { ...intent, id }, moved: true, at: 2 });
  };
  const at = (head: string, mergeBase: string): Compared => ({ head, mergeBase });
  const isSeen = (now: Compared, was = at(seen, below)) => isAsSeen(db, place, { task, seen: was, now });

  expect([await isSeen(at(seen, below)), await isSeen(at(seen, onto)), await isSeen(at(brought, below))]).toEqual([
    true,
    false,
    false,
  ]);
  restacked(at(seen, below), at(brought, onto));
  expect([await isSeen(at(brought, onto)), await isSeen(at(brought, below))]).toEqual([true, false]);
  // Somebody put it back, which is what is shown then.
  expect([await isSeen(at(seen, below)), await isSeen(at(seen, onto))]).toEqual([true, false]);
  // Whoever saw that head from another commit on saw another change.
  expect(await isSeen(at(brought, onto), at(seen, onto))).toBe(false);
  restacked(at(brought, instead), at(again, below));
  expect(await isSeen(at(again, below))).toBe(true);
  // Since then it was freed: what was brought on then was another change.
  restacked(at(again, seen), at(last, onto));
  expect([await isSeen(at(last, onto)), await isSeen(at(last, onto), at('f'.repeat(40), onto))]).toEqual([
    false,
    false,
  ]);
  // Put back to where it was seen and brought on anew it is that; what was made of it before is not.
  restacked(at(seen, below), at(last, instead));
  expect([await isSeen(at(last, instead)), await isSeen(at(again, below))]).toEqual([true, false]);
});
