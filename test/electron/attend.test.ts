import { describe, expect, test } from 'vitest';
import type { Change } from '../../core/contract/change';
import { attend, type Effect, inattentive } from '../../electron/attend';
import { openRequests } from '../../electron/seen';
import { changed, request, settingsChanged, snapshot, task } from './tasks';

/** A person with a clock in their hand, who looks at the window or does not. */
function person(first: Change = snapshot([]), now = 1_000) {
  let attention = inattentive;
  let wakeAt: number | null = null;
  const around = { focused: false, now };
  const take = (happening: Parameters<typeof attend>[1]): readonly string[] => {
    const step = attend(attention, happening, { ...around });
    attention = step.attention;
    wakeAt = step.wakeAt;
    return step.effects.map(asText);
  };
  take({ type: 'change', change: first });
  return {
    around,
    hear: (change: Change) => take({ type: 'change', change }),
    dismiss: (notice: number) => take({ type: 'dismissed', notice }),
    /** Lets time go by until something is due by it, or for so long. */
    later: (ms?: number) => {
      around.now = ms === undefined ? (wakeAt ?? around.now) : around.now + ms;
      return take({ type: 'time' });
    },
    wakeAt: () => wakeAt,
    waits: () => openRequests(attention.tasks).length,
  };
}

function asText(effect: Effect): string {
  if (effect.type === 'call') return 'call';
  if (effect.type === 'close') return `close ${effect.notice}`;
  const { id, title, body, silent, command } = effect.notice;
  return `show ${id}${silent ? ' silently' : ''}: ${title} | ${body.replaceAll('\n', ' / ')} -> ${command}`;
}

const asks = (...ids: number[]) => task(Math.floor((ids[0] ?? 0) / 10), { requests: ids.map((id) => request(id)) });
const single = '● claude · Task 1 | Wants to run npm test / in api -> show-task:1';

test('of a contest nothing is told before all of it is finished, and then once that it can be compared, but each question is', () => {
  const { hear, later } = person();
  const contest = { id: 1, tasks: [1, 2, 3], picked: null };
  for (const id of [1, 2, 3]) hear(changed(task(id, { contest })));
  hear(changed(task(1, { contest, state: 'review', stateSince: 2_000 })));
  hear(changed(task(2, { contest, requests: [request(21)] })));
  expect(later()).toEqual(['show 1: ● claude · Task 2 | Wants to run npm test / in api -> show-task:2', 'call']);
  hear(changed(task(2, { contest, state: 'review', stateSince: 3_000 })));
  later(60_000);
  // The last one failed, and two can be compared.
  hear(changed(task(3, { contest, state: 'failed', stateSince: 70_000 })));
  expect(later()).toEqual(['show 2 silently: ◇ Ready to compare | Task 1 · api -> show-task:1']);
  expect(later(60_000)).toEqual([]);
});

describe('what waits', () => {
  test('is told a second later, once: who, what, and where it leads', () => {
    const { hear, later, wakeAt } = person();
    expect(hear(changed(asks(11)))).toEqual([]);
    expect(wakeAt()).toBe(2_000);
    expect(hear(changed(asks(11)))).toEqual([]);
    expect(later()).toEqual([`show 1: ${single}`, 'call']);
    expect(wakeAt()).toBeNull();
    expect(later(60_000)).toEqual([]);
  });

  test('and arrives together is told together', () => {
    const { hear, later } = person();
    for (const id of [11, 21, 31, 41, 51]) hear(changed(asks(id)));
    expect(later()).toEqual([
      'show 1: ● 5 agents wait for you | Task 1: claude wants to run npm test / Task 2: claude wants to run npm test / Task 3: claude wants to run npm test / Task 4: claude wants to run npm test / and 1 more -> inbox',
      'call',
    ]);
  });

  test('soon after something else joins it silently, so that ten do not pile up', () => {
    const { hear, later } = person();
    hear(changed(asks(11)));
    later();
    hear(changed(asks(21)));
    expect(later()).toEqual([
      'close 1',
      'show 2 silently: ● 2 agents wait for you | Task 1: claude wants to run npm test / Task 2: claude wants to run npm test -> inbox',
      'call',
    ]);
    later(20_000);
    hear(changed(asks(31)));
    expect(later()[0]).toMatch(/^show 3: ● claude · Task 3 /);
  });

  test('twice in one task is one agent, and leads to that task', () => {
    const { hear, later } = person();
    hear(changed(asks(11, 12)));
    expect(later()[0]).toBe('show 1: ● claude · Task 1 | Wants to run npm test / Wants to run npm test -> show-task:1');
  });

  test('is not told to who looks at the window, when it arrives or by the time it would be told', () => {
    const one = person();
    one.around.focused = true;
    expect(one.hear(changed(asks(11)))).toEqual([]);
    one.around.focused = false;
    expect(one.later(5_000)).toEqual([]);
    const other = person();
    other.hear(changed(asks(11)));
    other.around.focused = true;
    expect(other.later()).toEqual([]);
    expect(other.waits()).toBe(1);
  });

  test('and was there when listening began is not told, not even when it comes in pieces', () => {
    const { hear, later, waits } = person(snapshot([asks(11)]), 60_000);
    hear(changed(asks(21)));
    expect(later(5_000)).toEqual([]);
    expect(waits()).toBe(2);
  });

  test('is not told again by another runtime, but what is new there is', () => {
    const { hear, later } = person();
    hear(changed(asks(11)));
    later();
    later(60_000);
    expect(hear(snapshot([asks(11), asks(21)]))).toEqual([]);
    expect(later()[0]).toMatch(/^show 2: ● claude · Task 2 /);
  });
});

describe('what was answered or taken back', () => {
  test('is put away at once', () => {
    const { hear, later } = person();
    hear(changed(asks(11)));
    later();
    expect(hear(changed(task(1)))).toEqual(['close 1']);
  });

  test('before it was told is never told', () => {
    const { hear, later } = person();
    hear(changed(asks(11)));
    hear(changed(task(1)));
    expect(later()).toEqual([]);
  });

  test('leaves the others of its notification, which says silently what is left', () => {
    const { hear, later } = person();
    for (const id of [11, 21, 31]) hear(changed(asks(id)));
    later();
    expect(hear(changed(task(2)))).toEqual([
      'close 1',
      'show 2 silently: ● 2 agents wait for you | Task 1: claude wants to run npm test / Task 3: claude wants to run npm test -> inbox',
    ]);
    expect(hear(changed(task(3)))).toEqual(['close 2', `show 3 silently: ${single}`]);
    expect(hear(changed(task(1)))).toEqual(['close 3']);
  });

  test('in the window itself closes the notification without another', () => {
    const { around, hear, later } = person();
    for (const id of [11, 21]) hear(changed(asks(id)));
    later();
    around.focused = true;
    expect(hear(changed(task(2)))).toEqual(['close 1']);
  });

  test('after the person put the notification away needs nothing more', () => {
    const { hear, later, dismiss } = person();
    hear(changed(asks(11)));
    later();
    expect(dismiss(1)).toEqual([]);
    expect(hear(changed(task(1)))).toEqual([]);
  });

  test('with a task that is gone is put away too', () => {
    const { hear, later } = person();
    hear(changed(asks(11)));
    later();
    expect(hear(snapshot([]))).toEqual(['close 1']);
  });
});

describe('what is finished', () => {
  const end = (id: number, more: Parameters<typeof task>[1]) => changed(task(id, { stateSince: 9_000, ...more }));
  const three = () => person(snapshot([task(1), task(2), task(3), task(4)]));

  test('is told silently and in other words, and calls nobody', () => {
    const { hear, later } = three();
    hear(end(1, { state: 'review' }));
    expect(later()).toEqual(['show 1 silently: ◇ Ready for review | Task 1 · api -> show-task:1']);
    later(60_000);
    hear(end(2, { state: 'failed' }));
    expect(later()).toEqual(['show 2 silently: ✕ Failed | Task 2 · api -> show-task:2']);
    later(60_000);
    hear(end(3, { state: 'done', outcome: 'answered' }));
    expect(later()).toEqual(['show 3 silently: ✓ Answered | Task 3 · api -> show-task:3']);
    hear(end(4, { state: 'done', outcome: 'merged' }));
    expect(later(5_000)).toEqual([]);
  });

  test('at the same time is told together, and apart from what waits', () => {
    const { hear, later } = three();
    hear(end(1, { state: 'review' }));
    hear(end(2, { state: 'review' }));
    hear(end(3, { state: 'failed' }));
    hear(changed(asks(41)));
    expect(later()).toEqual([
      'show 1: ● claude · Task 4 | Wants to run npm test / in api -> show-task:4',
      'show 2 silently: ◇ 3 tasks finished | 2 ready for review, 1 failed -> inbox',
      'call',
    ]);
  });

  test('is put away when it has been approved or tried again elsewhere', () => {
    const { hear, later } = three();
    hear(end(1, { state: 'review' }));
    later();
    expect(hear(changed(task(1, { state: 'done', outcome: 'merged', stateSince: 9_500 })))).toEqual(['close 1']);
  });

  test('is not told when the person brought it back to review themselves', () => {
    const { hear, later } = person(snapshot([task(1, { state: 'done', outcome: 'discarded' })]));
    hear(end(1, { state: 'review' }));
    expect(later(5_000)).toEqual([]);
  });

  test('is not told to who does not want it, while what waits is', () => {
    const { hear, later } = person(snapshot([task(1)], { notifyFinished: false }));
    hear(end(1, { state: 'review' }));
    hear(changed(asks(21)));
    expect(later()).toEqual(['show 1: ● claude · Task 2 | Wants to run npm test / in api -> show-task:2', 'call']);
    hear(settingsChanged({ notifyFinished: true }));
    later(60_000);
    hear(end(2, { state: 'review', createdAt: 2_000 }));
    expect(later()).toContain('show 2 silently: ◇ Ready for review | Task 2 · api -> show-task:2');
  });
});

describe('quiet hours', () => {
  const evening = new Date(2026, 10, 21, 22, 30).getTime();
  const morning = new Date(2026, 10, 22, 7, 0).getTime();
  const quiet = { quietHours: '22:00-07:00' };
  const asksAt = (id: number, at: number) =>
    changed(task(Math.floor(id / 10), { requests: [request(id, { createdAt: at })] }));
  const reviewAt = (id: number, at: number) =>
    changed(task(id, { state: 'review', stateSince: at, createdAt: at - 1 }));

  test('show nothing, count on, and end with one notification that sums up what waits', () => {
    const { around, hear, later, wakeAt, waits } = person(snapshot([], quiet), evening);
    hear(asksAt(11, evening + 10));
    hear(asksAt(21, evening + 20));
    hear(reviewAt(3, evening + 30));
    hear(asksAt(41, evening + 40));
    hear(changed(task(4)));
    expect(later(60_000)).toEqual([]);
    expect(waits()).toBe(2);
    expect(wakeAt()).toBe(morning);
    expect(later()).toEqual([
      'show 1: ● 2 agents wait for you | Task 1: claude wants to run npm test / Task 2: claude wants to run npm test / ◇ Ready for review: Task 3 · api -> inbox',
      'call',
    ]);
    expect(around.now).toBe(morning);
    expect(later(1_000)).toEqual([]);
  });

  test('end without a word when nothing waits, or when the person looks at the window', () => {
    const idle = person(snapshot([], quiet), evening);
    expect(idle.later()).toEqual([]);
    const looking = person(snapshot([], quiet), evening);
    looking.hear(asksAt(11, evening + 10));
    looking.around.focused = true;
    expect(looking.later()).toEqual([]);
  });

  test('end silently when all that happened is that something finished', () => {
    const { hear, later } = person(snapshot([], quiet), evening);
    hear(reviewAt(3, evening + 30));
    expect(later()).toEqual(['show 1 silently: ◇ Ready for review | Task 3 · api -> show-task:3']);
  });

  test('still put away what was shown before them', () => {
    const before = new Date(2026, 10, 21, 21, 59, 50).getTime();
    const { hear, later } = person(snapshot([], quiet), before);
    hear(asksAt(11, before + 10));
    expect(later()[0]).toMatch(/^show 1: /);
    later(60_000);
    expect(hear(changed(task(1)))).toEqual(['close 1']);
  });

  test('show nothing of what is left of it either, which the sum at their end tells', () => {
    const before = new Date(2026, 10, 21, 21, 59, 50).getTime();
    const { hear, later, wakeAt } = person(snapshot([task(3), task(4)], quiet), before);
    hear(asksAt(11, before + 10));
    hear(asksAt(21, before + 20));
    hear(reviewAt(3, before + 30));
    hear(reviewAt(4, before + 40));
    expect(later()).toEqual([
      expect.stringMatching(/^show 1: ● 2 agents wait for you /),
      expect.stringMatching(/^show 2 silently: ◇ 2 tasks finished /),
      'call',
    ]);
    later(60_000);
    expect(hear(changed(task(1)))).toEqual(['close 1']);
    expect(hear(changed(task(3, { state: 'done', outcome: 'merged' })))).toEqual(['close 2']);
    expect(wakeAt()).toBe(morning);
    expect(later()).toEqual([
      'show 3: ● claude · Task 2 | Wants to run npm test / in api / ◇ Ready for review: Task 4 · api -> inbox',
      'call',
    ]);
  });

  test('take what was about to be told with them', () => {
    const before = new Date(2026, 10, 21, 21, 59, 59, 500).getTime();
    const { hear, later } = person(snapshot([], quiet), before);
    hear(asksAt(11, before + 10));
    expect(later(1_000)).toEqual([]);
    expect(later()[0]).toMatch(/^show 1: ● claude · Task 1 /);
  });

  test('that are switched off in their middle end there', () => {
    const { hear } = person(snapshot([], quiet), evening);
    hear(asksAt(11, evening + 10));
    expect(hear(settingsChanged({ quietHours: 'off' }))[0]).toMatch(/^show 1: ● claude · Task 1 /);
  });
});
