import { describe, expect, it } from 'vitest';
import {
  type Before,
  footingOf,
  heldWords,
  letsStart,
  lowest,
  type Part,
  standsOn,
} from '../../../core/contract/stack';

const earlier = (id: number, state: Before['state'], more: Partial<Before> = {}): Before => ({
  ...{ id, state, outcome: state === 'done' ? 'merged' : null, start: 'review', head: `h${id}` },
  ...more,
});
const part = (id: number, head = `h${id}`): Part => ({ id, head });

describe('what a task is to stand on', () => {
  it.each<[string, Before[], Part[], string[], boolean]>([
    ['nothing to be after', [], [], [], true],
    ['one in review it may start from', [earlier(1, 'review')], [], ['1 h1'], false],
    ['one in review that must land first', [earlier(1, 'review', { start: 'landed' })], [], [], true],
    ['one being worked on, not stood on yet', [earlier(1, 'running')], [], [], true],
    ['one being worked on again', [earlier(1, 'running', { head: 'new' })], [part(1)], ['1 h1'], false],
    ['one that changed', [earlier(1, 'review', { head: 'new' })], [part(1)], ['1 new'], false],
    ['one that failed', [earlier(1, 'failed', { head: 'new' })], [part(1)], ['1 h1'], false],
    ['one that was discarded', [earlier(1, 'done', { outcome: 'discarded' })], [part(1)], ['1 h1'], false],
    ['one that landed', [earlier(1, 'done')], [part(1)], [], true],
    ['one it was taken off', [], [part(1)], [], true],
    ['two in review', [earlier(2, 'review'), earlier(1, 'review')], [], ['1 h1', '2 h2'], false],
    ['one landed, one in review', [earlier(1, 'done'), earlier(2, 'review')], [part(1), part(2)], ['2 h2'], true],
    ['one whose change nobody knows', [earlier(1, 'review', { head: null })], [], [], true],
  ])('%s', (_, befores, parts, expected, withBase) => {
    const footing = footingOf(befores, parts);
    expect([footing.parts.map(({ id, head }) => `${id} ${head}`), footing.withBase]).toEqual([expected, withBase]);
  });

  it('is compared whatever its order', () => {
    expect(standsOn({ parts: [part(1), part(2)], withBase: false }, [part(2), part(1)])).toBe(true);
    expect(standsOn({ parts: [part(1)], withBase: false }, [part(1, 'other')])).toBe(false);
    expect(standsOn({ parts: [], withBase: true }, [])).toBe(true);
  });
});

it('a task starts after another one in review only where that was asked for, and never after one that was thrown away', () => {
  expect(letsStart(earlier(1, 'review'))).toBe(true);
  expect(letsStart(earlier(1, 'review', { start: 'landed' }))).toBe(false);
  expect(letsStart(earlier(1, 'done', { start: 'landed' }))).toBe(true);
  expect(letsStart(earlier(1, 'done', { outcome: 'discarded' }))).toBe(false);
  expect(letsStart(earlier(1, 'failed'))).toBe(false);
});

it('of a diamond the lower ones are restacked first, and a ring of them ends', () => {
  const parts: Record<number, number[]> = { 2: [1], 3: [1], 4: [2, 3] };
  const partsOf = (task: number) => parts[task] ?? [];
  expect(lowest([4, 3, 2], partsOf)).toEqual([3, 2]);
  expect(lowest([4], partsOf)).toEqual([4]);
  expect(lowest([1, 2], (task) => [task === 1 ? 2 : 1])).toEqual([]);
});

it('says what holds a change, and first what will not come by itself', () => {
  expect(heldWords([earlier(1, 'done')])).toBeNull();
  expect(heldWords([earlier(1, 'review'), earlier(2, 'running')])).toBe(
    'It lands after task 1, which is in review, and task 2, which is being worked on.',
  );
  expect(heldWords([earlier(1, 'review'), earlier(2, 'failed')])).toBe(
    'It lands after task 2, which failed. Retry that one, or take this one off it.',
  );
  expect(heldWords([earlier(2, 'done', { outcome: 'discarded' })])).toContain('was discarded. Restore that one');
});
