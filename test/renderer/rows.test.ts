import { describe, expect, test } from 'vitest';
import type { TranscriptBody } from '../../core/contract/transcript';
import { addEvents, noRows } from '../../renderer/conversation/rows';
import { longTalk, transcript } from './harness/data';

function rowsOf(...bodies: readonly TranscriptBody[]) {
  const rows = noRows();
  addEvents(rows, transcript(bodies));
  return rows.rows;
}

const tool = { type: 'tool', call: 'c', title: 'npm test', kind: 'execute' } as const;

describe('the rows of a conversation', () => {
  test('know at which checkpoint the worktree is: after the newest turn that changed files, or where was gone back to', () => {
    const rows = noRows();
    expect(rows.here).toBeNull();
    const turn = { type: 'checkpoint', files: 1, additions: 1, deletions: 0 } as const;
    const back = { type: 'back', name: 'After turn 1', conversation: 'back' } as const;
    const bodies: TranscriptBody[] = [
      { ...turn, checkpoint: 1, turn: 1 },
      { ...turn, checkpoint: 2, turn: 2 },
      { type: 'text', message: 'm', text: 'A turn without a change.' },
      { ...back, back: 1, checkpoint: 1, left: 3 },
      { ...back, back: 2, checkpoint: 3, left: 1 },
    ];
    const seen = transcript(bodies).map((event) => {
      addEvents(rows, [event]);
      return rows.here;
    });
    expect(seen).toEqual([1, 2, 2, 1, 3]);
  });

  test('pieces of one message are one row', () => {
    const rows = rowsOf({ type: 'text', message: 'm', text: 'Hel' }, { type: 'text', message: 'm', text: 'lo' });
    expect(rows).toMatchObject([{ kind: 'text', text: 'Hello' }]);
  });

  test('a message that goes on after a tool call keeps the order', () => {
    const rows = rowsOf(
      { type: 'text', message: 'm', text: 'before' },
      { ...tool, status: 'running' },
      { type: 'text', message: 'm', text: 'after' },
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['text', 'tool', 'text']);
  });

  test('later events of a call add to it and take nothing away', () => {
    const rows = rowsOf(
      { ...tool, status: 'pending', input: 'npm test' },
      { ...tool, title: '', status: 'completed', output: 'ok' },
    );
    expect(rows).toMatchObject([
      { kind: 'tool', call: { title: 'npm test', status: 'completed', input: 'npm test', output: 'ok' } },
    ]);
  });

  test('a request put again after a crash stands once, where it is answered, and what was cut off says so', () => {
    const asked = { type: 'request', request: 4, kind: 'permission', title: 'npm test' } as const;
    const prompt = { type: 'prompt', text: 'Go on', by: 'switchyard' } as const;
    const rows = rowsOf(
      { ...tool, status: 'pending' },
      asked,
      prompt,
      { ...tool, call: 'd', status: 'pending' },
      asked,
      { ...tool, call: 'e', status: 'pending' },
      asked,
      { type: 'answer', request: 4, text: 'Denied', by: 'you', decision: 'deny' },
      { ...tool, call: 'c', status: 'completed' },
    );
    expect(rows).toMatchObject([
      { call: { call: 'c', status: 'completed' }, cutOff: false },
      { again: true, answer: null },
      { kind: 'prompt' },
      { call: { call: 'd', status: 'pending' }, cutOff: true, denied: false },
      { again: true, answer: null },
      { call: { call: 'e', status: 'pending' }, cutOff: false, denied: true },
      { again: false, answer: 'Denied' },
    ]);
    const [cut] = rowsOf({ ...tool, status: 'running' }, prompt);
    expect(cut).toMatchObject({ cutOff: true });
  });

  test('an answer is shown with its question', () => {
    const rows = rowsOf(
      { type: 'request', request: 4, kind: 'permission', title: 'npm test' },
      { type: 'answer', request: 4, text: 'Allowed', by: 'person' },
    );
    expect(rows).toMatchObject([{ kind: 'request', request: 4, answer: 'Allowed' }]);
  });

  test('a call that was denied says so, not that it failed, and an allowed one that failed did', () => {
    const asked = { type: 'request', request: 4, kind: 'permission', title: 'Run npm test' } as const;
    const answer = { type: 'answer', request: 4, by: 'person' } as const;
    const ended = { ...tool, status: 'failed', output: 'exit 1' } as const;
    const pending = { ...tool, status: 'pending' } as const;
    const other = { ...tool, call: 'd', title: 'npm run lint', status: 'running' } as const;
    const denied = rowsOf(pending, other, asked, { ...answer, text: 'No', decision: 'deny' }, ended);
    expect(denied).toMatchObject([
      { call: { call: 'c', status: 'failed' }, denied: true },
      { call: { call: 'd' }, denied: false },
      { answer: 'No' },
    ]);
    expect(rowsOf(pending, asked, { ...answer, text: 'Denied', decision: 'allow' }, ended)).toMatchObject([
      { denied: false },
      { answer: 'Denied' },
    ]);
    expect(rowsOf(pending, { ...asked, kind: 'plan' }, { ...answer, text: 'No', decision: 'deny' })).toMatchObject([
      { denied: false },
      {},
    ]);
  });

  test('of several calls no one is taken for denied when the question names none of them', () => {
    const rows = rowsOf(
      { ...tool, status: 'pending' },
      { ...tool, call: 'd', title: 'npm run lint', status: 'pending' },
      { type: 'request', request: 4, kind: 'permission', title: 'Something else' },
      { type: 'answer', request: 4, text: 'Denied', by: 'person', decision: 'deny' },
    );
    expect(rows).toMatchObject([{ denied: false }, { denied: false }, { answer: 'Denied' }]);
  });

  test('events delivered twice change nothing', () => {
    const events = transcript([{ type: 'text', message: 'm', text: 'once' }]);
    const rows = noRows();
    addEvents(rows, events);
    addEvents(rows, events);
    expect(rows.rows).toMatchObject([{ text: 'once' }]);
  });

  test('each of ten thousand events looks at a few rows, however many there are', () => {
    let looks = 0;
    const seen = new Proxy(noRows().rows, {
      get: (target, name) => {
        looks += 1;
        return Reflect.get(target, name);
      },
    });
    const rows = { ...noRows(), rows: seen };
    addEvents(rows, transcript(longTalk()));
    expect(rows.seq).toBe(10_000);
    expect(rows.rows.length).toBeGreaterThan(1_000);
    expect(looks).toBeLessThan(10 * 10_000);
  });
});
