import { expect, test } from 'vitest';
import type { MoveLine } from '../../core/contract/move-words';
import { termsOf } from '../../core/contract/search-terms';
import { keysBehind } from '../../renderer/conversation/behind';
import type { Conversation } from '../../renderer/conversation/follow';
import { moveRows, withMoves } from '../../renderer/conversation/moves';
import { addEvents, noRows } from '../../renderer/conversation/rows';
import { rowsWith } from '../../renderer/conversation/words';

const line = (at: number, text: string, reason: string | null = null): MoveLine => ({
  at,
  level: 'info',
  text,
  reason,
});
const text = (seq: number, at: number) => ({ type: 'text', message: `m${seq}`, text: `${seq}`, seq, at }) as const;

function conversation(...at: readonly number[]): Conversation {
  const rows = noRows();
  addEvents(
    rows,
    at.map((each, index) => text(index + 1, each)),
  );
  const { seq, used, here, rowOf } = rows;
  return {
    rows: rows.rows,
    seq,
    used,
    here,
    behind: keysBehind(rows),
    failure: null,
    loading: false,
    placeOf: (event) => rowOf[event],
  };
}

const shown = ({ rows }: Conversation) =>
  rows.map((row) => (row.kind === 'move' ? row.line.text : row.kind === 'text' ? row.text : row.kind));

test('moves stand between the steps at their time, and every event is still found in its row', () => {
  const moves = moveRows([line(5, 'a'), line(20, 'b'), line(20, 'c'), line(99, 'd')], [], 1);
  const known = withMoves(conversation(10, 20, 30), moves);
  expect(shown(known)).toEqual(['a', '1', '2', 'b', 'c', '3', 'd']);
  expect([1, 2, 3].map((seq) => known.rows[known.placeOf(seq) ?? -1])).toMatchObject([
    { text: '1' },
    { text: '2' },
    { text: '3' },
  ]);
  expect(new Set(known.rows.map(({ key }) => key)).size).toBe(7);
  // A step more leaves every row before it where it was.
  expect(shown(withMoves(conversation(10, 20, 30, 98), moves)).slice(0, 6)).toEqual(shown(known).slice(0, 6));
});

test('a move of the very moment of the first step comes before it', () => {
  expect(shown(withMoves(conversation(10, 10), moveRows([line(10, 'again')], [], 1)))).toEqual(['again', '1', '2']);
});

test('nothing is shown before the moves are known, and without any the conversation is what it was', () => {
  const told = conversation(10);
  expect(withMoves(told, null)).toMatchObject({ rows: [], seq: 0, loading: true });
  expect(withMoves(told, [])).toBe(told);
});

test('an earlier conversation ends with why another one began, which begins with it', () => {
  const lines = [line(5, 'a'), line(15, 'failed'), line(20, 'again'), line(40, 'review')];
  const sessions = [
    { id: 7, startedAt: 10, endedAt: 14 },
    { id: 9, startedAt: 30, endedAt: null },
  ];
  const of = (session: number) => moveRows(lines, sessions, session).map((row) => row.line.text);
  expect(of(7)).toEqual(['a', 'failed', 'again']);
  expect(of(9)).toEqual(['failed', 'again', 'review']);
});

test('a move is found by its words and by its reason', () => {
  const rows = moveRows([line(1, 'Queued again', 'The provider is busy.')], [], 1);
  expect(rowsWith(rows, termsOf('provider queued'))).toEqual([0]);
});

test('a hundred moves between ten thousand steps are placed by one look at each', () => {
  let looks = 0;
  const counted = <Each extends object>(each: Each): Each =>
    new Proxy(each, {
      get: (target, name) => {
        if (name === 'at') looks += 1;
        return Reflect.get(target, name);
      },
    });
  const told = conversation(...Array.from({ length: 10_000 }, (_, at) => at));
  const lines = Array.from({ length: 100 }, (_, at) => line(at * 100, `${at}`));
  const moves = moveRows(lines, [], 1).map(counted);
  const known = { ...told, rows: told.rows.map(counted) };
  expect(withMoves(known, moves).rows).toHaveLength(10_100);
  // A step is looked at once, and compared with the move that is next; a move once more when it is placed.
  expect(looks).toBeLessThanOrEqual(2 * 10_000 + 100);
});
