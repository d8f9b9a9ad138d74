import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TranscriptBody } from '../../../core/contract/transcript';
import { watchForPause } from '../../../core/runner/pause';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const tool = (call: string, status: 'pending' | 'running' | 'completed' | 'failed'): TranscriptBody => ({
  type: 'tool',
  call,
  title: 'Write',
  kind: 'edit',
  status,
});

describe('a turn that is to be paused', () => {
  test('ends at once while no tool runs', () => {
    const end = vi.fn();
    const pause = watchForPause(end);
    pause.saw(tool('a', 'pending'));
    pause.saw(tool('a', 'completed'));
    pause.ask();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('ends when the last tool that runs is over', () => {
    const end = vi.fn();
    const pause = watchForPause(end);
    pause.saw(tool('a', 'running'));
    pause.saw(tool('b', 'pending'));
    pause.ask();
    pause.saw(tool('a', 'completed'));
    expect(end).not.toHaveBeenCalled();
    pause.saw(tool('b', 'failed'));
    pause.saw(tool('c', 'completed'));
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('waits a minute for a tool that goes on, and for no answer of the person', () => {
    const end = vi.fn();
    const pause = watchForPause(end);
    pause.saw(tool('a', 'pending'));
    pause.ask();
    const answered = pause.waiting();
    vi.advanceTimersByTime(3_600_000);
    expect(end).not.toHaveBeenCalled();
    answered();
    vi.advanceTimersByTime(59_000);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('is not ended once it is over', () => {
    const end = vi.fn();
    const pause = watchForPause(end);
    pause.saw(tool('a', 'pending'));
    pause.ask();
    pause.close();
    vi.advanceTimersByTime(3_600_000);
    pause.saw(tool('a', 'completed'));
    expect(end).not.toHaveBeenCalled();
  });
});
