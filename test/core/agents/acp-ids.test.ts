import type { AnyMessage } from '@agentclientprotocol/sdk';
import { expect, test } from 'vitest';
import { type Ids, idsByWords } from '../../../core/agents/acp-ids';
import { createReplay } from '../../../core/runner/replay';

const steer = (id: number, text: string): AnyMessage => ({ jsonrpc: '2.0', id, method: 'steer', params: { text } });
const line = (ids: Ids, message: AnyMessage) => `${JSON.stringify(ids.out(message))}\n`;

/** Two reasons, told in the other order than they are come to again; only the first was told. Gives what was told before. */
function comeToAgain(method: string | null): readonly boolean[] {
  const replay = createReplay([{ printed: 0, text: line(idsByWords(method), steer(5, 'about the second')) }]);
  const ids = idsByWords(method);
  return [steer(5, 'about the first'), steer(6, 'about the second')].map((message) =>
    replay.saidBefore(line(ids, message)),
  );
}

test('a reason is not taken for another one when both are come to again in another order', () => {
  expect(comeToAgain('steer')).toEqual([false, true]);
  // By their place in line they would be.
  expect(comeToAgain(null)).toEqual([true, false]);
});

test('the answer of each reaches who asked, also of two alike, and everything else stays as it is', () => {
  const ids = idsByWords('steer');
  const out = [steer(1, 'a'), steer(2, 'a'), steer(3, 'b')].map((message) => ids.out(message) as { id: number });
  expect(new Set(out.map(({ id }) => id)).size).toBe(3);
  expect(out.every(({ id }) => Number.isSafeInteger(id))).toBe(true);
  const answers = out.map(({ id }) => ids.back({ jsonrpc: '2.0', id, result: null }));
  expect(answers).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
  const other: AnyMessage = { jsonrpc: '2.0', id: 4, method: 'session/prompt', params: {} };
  expect(ids.out(other)).toBe(other);
  const answer: AnyMessage = { jsonrpc: '2.0', id: 4, result: {} };
  expect(ids.back(answer)).toBe(answer);
});
