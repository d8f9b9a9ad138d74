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

  test('an answer is shown with its question', () => {
    const rows = rowsOf(
      { type: 'request', request: 4, kind: 'permission', title: 'npm test' },
      { type: 'answer', request: 4, text: 'Allowed', by: 'person' },
    );
    expect(rows).toMatchObject([{ kind: 'request', request: 4, answer: 'Allowed' }]);
  });

  test('events delivered twice change nothing', () => {
    const events = transcript([{ type: 'text', message: 'm', text: 'once' }]);
    const rows = noRows();
    addEvents(rows, events);
    addEvents(rows, events);
    expect(rows.rows).toMatchObject([{ text: 'once' }]);
  });

  test('ten thousand events take less than a second', () => {
    const events = transcript(longTalk());
    const before = performance.now();
    const rows = noRows();
    addEvents(rows, events);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(rows.seq).toBe(10_000);
  });
});
