import { describe, expect, it } from 'vitest';
import { createChanges } from '../../core/changes';
import type { Change } from '../../core/contract/change';
import { settingsSchema } from '../../core/contract/settings';

function removed(id: number): Change {
  return { type: 'repository.removed', id };
}

function settings(concurrency: number): Change {
  return { type: 'settings.changed', settings: settingsSchema.parse({ concurrency }) };
}

describe('changes', () => {
  it('tells a follower everything from the moment it follows, in order', async () => {
    const changes = createChanges();
    changes.publish(removed(1));
    const tail = changes.follow(undefined);
    changes.publish(removed(2));
    changes.publish(removed(3));
    expect([await tail.next(), await tail.next()].map((step) => step.value)).toEqual([removed(2), removed(3)]);
    await tail.return?.();
  });

  it('wakes a follower that waits', async () => {
    const changes = createChanges();
    const tail = changes.follow(undefined);
    const next = tail.next();
    changes.publish(removed(7));
    expect(await next).toEqual({ done: false, value: removed(7) });
    await tail.return?.();
  });

  it('gives a follower that lags the newest state of each thing, and no backlog', async () => {
    const changes = createChanges();
    const tail = changes.follow(undefined);
    for (let limit = 1; limit <= 32; limit += 1) changes.publish(settings(limit));
    changes.publish(removed(1));
    expect((await tail.next()).value).toEqual(settings(32));
    expect((await tail.next()).value).toEqual(removed(1));
    await tail.return?.();
  });

  it('forgets a follower that leaves before its first pull, while it waits, or whose signal is aborted', async () => {
    const changes = createChanges();
    const early = changes.follow(undefined);
    await early.return?.();
    const waiting = changes.follow(undefined);
    const next = waiting.next();
    await waiting.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    const leave = new AbortController();
    const aborted = changes.follow(leave.signal);
    leave.abort();
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    changes.publish(removed(1));
    expect((await early.next()).done).toBe(true);
    expect((await waiting.next()).done).toBe(true);
    expect((await aborted.next()).done).toBe(true);
    expect((await changes.follow(leave.signal).next()).done).toBe(true);
  });
});
