import { describe, expect, test } from 'vitest';
import { createReplay } from '../../../core/runner/replay';
import { retell } from '../../../core/runner/retold';

const line = (message: object): string => `${JSON.stringify(message)}\n`;

describe('what a program was told before', () => {
  const request = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { version: 1 } };
  const answer = { jsonrpc: '2.0', id: 'a', result: { outcome: 'allowed' } };
  const said = [
    { printed: 0, text: line(request) },
    { printed: 40, text: line({ type: 'user', message: 'Hello' }) },
    { printed: 90, text: line(answer) },
  ];

  test('goes nowhere a second time, however it is put', () => {
    const replay = createReplay(said);
    expect(replay.saidBefore(line({ ...request, params: { version: 2 } }))).toBe(true);
    expect(replay.saidBefore(line(request))).toBe(false);
    expect(replay.saidBefore(line({ ...answer, result: { outcome: 'denied' } }))).toBe(true);
    expect(replay.saidBefore(line({ ...request, id: 1 }))).toBe(false);
    expect(
      createReplay([{ printed: 0, text: line({ ...answer, id: 1 }) }]).saidBefore(line({ ...answer, id: '1' })),
    ).toBe(false);
    expect(replay.told()).toBe(3);
  });

  test('keeps what came after it from being read until it is said again', () => {
    const replay = createReplay(said);
    expect(replay.limit()).toBe(0);
    expect(replay.saidBefore(said[2]?.text ?? '')).toBe(true);
    expect(replay.limit()).toBe(0);
    expect(replay.saidBefore(said[0]?.text ?? '')).toBe(true);
    expect(replay.limit()).toBe(40);
    expect(replay.saidBefore(said[1]?.text ?? '')).toBe(true);
    expect(replay.limit()).toBe(Number.POSITIVE_INFINITY);
  });

  test('is known also when it arrived after the look', () => {
    const replay = createReplay([]);
    expect(replay.saidBefore(line(answer))).toBe(false);
    replay.learn([{ printed: 7, text: line(answer) }]);
    expect(replay.saidBefore(line(answer))).toBe(true);
    replay.tell();
    expect(replay.told()).toBe(2);
  });

  test('tells the control lines of Claude Code apart by their ids', () => {
    const response = (id: string) => ({
      type: 'control_response',
      response: { subtype: 'success', request_id: id, response: { behavior: 'allow' } },
    });
    const replay = createReplay([{ printed: 0, text: line(response('one')) }]);
    expect(replay.saidBefore(line(response('two')))).toBe(false);
    expect(replay.saidBefore(line(response('one')))).toBe(true);
  });
});

describe('a turn that is gone through again', () => {
  const text = (message: string, words: string) => ({ type: 'text', message, text: words }) as const;
  const tool = (status: 'pending' | 'running' | 'completed', output?: string) =>
    ({ type: 'tool', call: 'c', title: 'Run', kind: 'execute', status, ...(output && { output }) }) as const;

  test('adds to the transcript what of a message is new, wherever it is cut', () => {
    const { fresh } = retell([text('a', 'Hello, '), text('a', 'wor'), text('b', 'B')]);
    expect(fresh(text('a', 'Hel'))).toBeNull();
    expect(fresh(text('a', 'lo, world'))).toEqual(text('a', 'ld'));
    expect(fresh(text('a', '!'))).toEqual(text('a', '!'));
    expect(fresh(text('b', 'B'))).toBeNull();
    expect(fresh(text('c', 'B'))).toEqual(text('c', 'B'));
  });

  test('tells everything else once for each time it came', () => {
    const notice = { type: 'notice', level: 'info', text: 'Again.' } as const;
    const { fresh } = retell([tool('pending'), notice, notice]);
    expect(fresh(tool('pending'))).toBeNull();
    expect(fresh(tool('running'))).toEqual(tool('running'));
    expect([fresh(notice), fresh(notice), fresh(notice)]).toEqual([null, null, notice]);
  });

  test('knows again what the file has cut, numbered and timed', () => {
    const long = { ...tool('completed', 'x'.repeat(5000)) };
    const { fresh } = retell([{ ...long, output: `${'x'.repeat(2000)}…`, seq: 4, at: 9 } as typeof long]);
    expect(fresh(long)).toBeNull();
  });

  test('leaves out what a tool had printed while it ran, until it is through', () => {
    const { fresh, through } = retell([tool('running', 'one'), tool('running', 'one two')]);
    expect(fresh(tool('running', 'one t'))).toBeNull();
    through();
    expect(fresh(tool('running', 'one two three'))).toEqual(tool('running', 'one two three'));
  });
});
