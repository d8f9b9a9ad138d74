import { expect, test } from 'vitest';
import { mostUnanswered } from '../../core/contract/relay';
import { keepWork } from '../../core/kept-work';
import { answeredKept } from '../../core/store/relay-work';
import { createWriter } from '../../core/store/writer';
import { temporaryStore } from './store/store';

const agent = { session: 'nightly', role: 'claude' };

function open() {
  const { db } = temporaryStore();
  const writer = createWriter(db);
  /** Rows as many agents would leave them. */
  const fill = (rows: number, answered: boolean) =>
    db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO relay_work (seq, session, role, id, at, text, answered_at)
      SELECT i, 's' || (i % 1000), 'claude', i, 1, ${answered ? 'NULL, i' : "'{}', NULL"} FROM n`);
  return { db, fill, keep: () => keepWork({ db, writer }) };
}

test('more work than may wait for all agents together is refused, until some is answered', async () => {
  const { fill, keep } = open();
  fill(mostUnanswered.ofAll, false);
  const work = keep();
  const more = { ...agent, id: 'more', seq: 200_000, at: 2, text: '{}' };
  await expect(work.keep(more)).rejects.toMatchObject({ code: 'LIMIT', message: expect.stringContaining('100000') });
  await work.answer({ session: 's1', role: 'claude', id: '1', at: 3 });
  await work.answer({ session: 's1', role: 'claude', id: '1', at: 3 });
  expect(await work.keep(more)).toBe(200_000);
  await expect(work.keep({ ...more, id: 'another', seq: 200_001 })).rejects.toMatchObject({ code: 'LIMIT' });
  expect(work.last()).toBe(200_000);
});

test('more bytes of work than may wait in a session or in all are refused to their sender, and what is there stays', async () => {
  const { db } = temporaryStore();
  const most = { ofAll: 100, bytesOfSession: 100, bytesOfAll: 150 };
  const open = () => keepWork({ db, writer: createWriter(db), most });
  const work = open();
  let seq = 0;
  const of = (session: string, id: string, length: number) => {
    seq += 1;
    return { session, role: 'claude', id, at: 1, seq, text: 'x'.repeat(length) };
  };
  const first = of('nightly', 'first', 60);
  // Two of one moment do not both get the room of one; two roles of a session share theirs.
  const both = await Promise.allSettled([
    work.keep(first),
    work.keep({ ...of('nightly', 'second', 41), role: 'goose' }),
  ]);
  expect(both).toMatchObject([
    { status: 'fulfilled', value: 1 },
    { status: 'rejected', reason: { code: 'LIMIT', message: expect.stringMatching(/100 bytes.*in session nightly/) } },
  ]);
  expect(await work.keep(of('nightly', 'second', 40))).toBe(3);
  // What is known takes no room.
  expect(await work.keep({ ...first, seq: 9 })).toBe(1);
  await expect(work.keep(of('daily', 'third', 51))).rejects.toMatchObject({
    code: 'LIMIT',
    message: expect.stringMatching(/150 bytes.*agents of the relay/),
  });
  // The next runtime counts the same, and an answer makes room once.
  const next = open();
  await expect(next.keep(of('nightly', 'fourth', 1))).rejects.toMatchObject({ code: 'LIMIT' });
  for (let twice = 0; twice < 2; twice += 1)
    await next.answer({ session: 'nightly', role: 'claude', id: 'first', at: 2 });
  await expect(next.keep(of('nightly', 'fifth', 61))).rejects.toMatchObject({ code: 'LIMIT' });
  expect(await next.keep(of('nightly', 'sixth', 60))).toBe(seq);
  expect(next.ids(agent)).toEqual(['second', 'sixth']);
});

test('the newest that were answered are remembered, and the others forgotten', async () => {
  const { db, fill, keep } = open();
  fill(answeredKept + 500, true);
  const work = keep();
  for (let count = 0; count < answeredKept / 10; count += 1) {
    await work.answer({ ...agent, id: `none ${count}`, at: 3 });
  }
  const kept = db.prepare('SELECT count(*) AS rows, min(seq) AS first FROM relay_work').get();
  expect(kept).toEqual({ rows: answeredKept, first: 501 });
  // The same id is the same work as long as it is remembered.
  expect(await work.keep({ session: 's501', role: 'claude', id: '501', seq: 300_000, at: 4, text: '{}' })).toBe(501);
  expect(await work.keep({ session: 's500', role: 'claude', id: '500', seq: 300_001, at: 4, text: '{}' })).toBe(
    300_001,
  );
});

test('much work is given in pieces, each message whole', async () => {
  const { keep } = open();
  const work = keep();
  const text = 'x'.repeat(900_000);
  for (let seq = 1; seq <= 5; seq += 1) await work.keep({ ...agent, id: `${seq}`, seq, at: 1, text });
  const pieces: number[][] = [];
  for (let after = 0; ; ) {
    const piece = work.waiting(agent, after).map(({ seq }) => seq);
    if (piece.length === 0) break;
    pieces.push(piece);
    after = piece.at(-1) ?? after;
  }
  expect(pieces).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('what was answered last is remembered, also when the clock was set back meanwhile', async () => {
  const { db, fill, keep } = open();
  fill(answeredKept, true);
  db.exec('UPDATE relay_work SET answered_at = answered_at + 4000000000000');
  const work = keep();
  const row = { ...agent, id: 'new', seq: 200_000, at: 2, text: '{}' };
  await work.keep(row);
  await work.answer({ ...row, at: 3 });
  // Forgetting is done now and then.
  for (let i = 1; i < answeredKept / 10; i += 1) await work.answer({ ...agent, id: 'none', at: 4 });
  expect(await work.keep({ ...row, seq: 200_001 })).toBe(200_000);
});
