import { expect, test } from 'vitest';
import { silenceWords } from '../../renderer/conversation/silence';

const queued = { state: 'queued' as const, blockedBy: [], runAfter: null };

test('a free slot is promised only to a task that waits for nothing else', () => {
  expect(silenceWords(queued, 100)).toContain('as soon as a slot is free');
  expect(silenceWords({ ...queued, runAfter: 100 }, 100)).toContain('as soon as a slot is free');
  expect(silenceWords({ ...queued, runAfter: 101 }, 100)).toContain('when the time the task waits for has come');
  expect(silenceWords({ ...queued, runAfter: 101, blockedBy: [3] }, 100)).toContain('when what it waits for is done');
});

test('an agent that never began is promised nothing', () => {
  for (const state of ['cancelled', 'failed'] as const)
    expect(silenceWords({ ...queued, state }, 100)).not.toContain('appears here');
});
