import { expect, test } from 'vitest';
import { termsOf } from '../../core/contract/search-terms';
import type { TranscriptBody } from '../../core/contract/transcript';
import { addEvents, noRows } from '../../renderer/conversation/rows';
import { placesIn, rowsWith } from '../../renderer/conversation/words';

function rowsOf(...bodies: readonly TranscriptBody[]) {
  const rows = noRows();
  addEvents(
    rows,
    bodies.map((body, index) => ({ seq: index + 1, at: 1000, ...body })),
  );
  return rows;
}

const tool = { type: 'tool', call: 'c', kind: 'execute', title: 'npm test' } as const;
const { rows, rowOf, used } = rowsOf(
  { type: 'prompt', text: 'Retry the upload', by: 'person' },
  { type: 'text', message: 'm', text: 'The re' },
  { type: 'text', message: 'm', text: 'try is in place' },
  { ...tool, status: 'pending', input: 'npm test' },
  { type: 'context', used: 41_000, size: null },
  { ...tool, status: 'completed', output: 'Ünïcode passed' },
  { type: 'usage', inputTokens: 10, outputTokens: null, costUsd: 0.5 },
  { type: 'usage', inputTokens: 5, outputTokens: 2, costUsd: null },
  { type: 'context', used: 42_000, size: 200_000 },
  { type: 'context', used: 43_000, size: null },
);

test('the rows that have every word are found, in messages of many pieces and in what is folded', () => {
  const found = (words: string) => rowsWith(rows, termsOf(words));
  expect(found('retry')).toEqual([0, 1]);
  expect(found('retry "in place"')).toEqual([1]);
  expect(found('unicode')).toEqual([2]);
  expect(found('npm missing')).toEqual([]);
  expect(found(' " ')).toEqual([]);
});

test('the row an event is in is known by the event’s number', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((seq) => rowOf[seq])).toEqual([0, 1, 1, 2, undefined, 2, undefined]);
});

test('what a conversation used is summed over its turns, and the unknown stays unknown', () => {
  expect(used).toEqual({
    inputTokens: 15,
    outputTokens: 2,
    costUsd: 0.5,
    context: { used: 43_000, size: 200_000 },
  });
});

test('marks stand where the letters are on screen, apart and in order, whatever letters come before', () => {
  expect(placesIn('É 😀 Tést test', termsOf('test '))).toEqual([
    [5, 9],
    [10, 14],
  ]);
  expect(placesIn('aaa', termsOf('aa a '))).toEqual([
    [0, 2],
    [2, 3],
  ]);
});
