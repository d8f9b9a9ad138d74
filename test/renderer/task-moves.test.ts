import { expect, test } from 'vitest';
import type { Task } from '../../core/contract/task';
import type { App } from '../../renderer/state/app';
import { applyChanges, nothingKnown } from '../../renderer/state/model';
import { type Saying, undoLast } from '../../renderer/state/said';
import { createStore } from '../../renderer/state/store';
import { cancelTask, discardTask, handBack, retryTask, takeOver } from '../../renderer/state/task-moves';
import type { View } from '../../renderer/state/view';
import * as sample from './harness/data';

/** What moves of tasks need of an app, on a core that moves them as they are asked to and keeps what it was asked. */
function windowOf(...tasks: readonly Task[]) {
  const model = createStore(
    applyChanges(nothingKnown, [
      {
        ...{ type: 'snapshot', tasks: [...tasks], repositories: [], agents: [], held: null, pushes: [], trains: [] },
        settings: sample.settings,
      },
    ]),
  );
  const calls: string[] = [];
  let at = Date.now();
  const of = (id: number): Task => {
    const task = model.get().tasks.get(id);
    if (task === undefined) throw new Error(`No task ${id}.`);
    return task;
  };
  const changed = (id: number, patch: Partial<Task>): Task => {
    at += 1;
    const stateSince = patch.state === undefined ? of(id).stateSince : at;
    return { ...of(id), ...patch, stateSince, updatedAt: at };
  };
  /** What the world outside of the window does to a task. */
  const becomes = (id: number, patch: Partial<Task>): void =>
    model.update((before) => applyChanges(before, [{ type: 'task.changed', task: changed(id, patch) }]));
  const call = (name: string, patch: (task: Task) => Partial<Task>) => async (input: { readonly task: number }) => {
    calls.push(
      `${name} ${Object.values(input)
        .filter((value) => typeof value !== 'object')
        .join(' ')}`,
    );
    return changed(input.task, patch(of(input.task)));
  };
  let takeovers = 0;
  const former = new Map<number, Task['state']>();
  const client = {
    tasks: {
      retry: call('retry', () => ({ state: 'queued' })),
      cancel: call('cancel', () => ({ state: 'cancelled' })),
      discard: call('discard', () => ({ state: 'done', outcome: 'discarded' })),
      restore: call('restore', () => ({ state: 'review', outcome: null })),
      take: call('take', ({ id, state }) => {
        takeovers += 1;
        const nothing = state === 'review' || state === 'failed' || state === 'cancelled';
        if (nothing) former.set(id, state);
        const takeover = { id: takeovers, state: 'asked', terminal: null, askedAt: at, beganAt: null } as const;
        return { takeover, ...(nothing && { state: 'queued' }) };
      }),
      handBack: call('handBack', ({ id, takeover }) => {
        if (takeover?.state === 'driving') return {};
        const state = former.get(id);
        return { takeover: null, ...(state !== undefined && { state }) };
      }),
    },
  };
  const app = {
    ...{ model, line: { client: () => client }, doing: createStore(new Map()) },
    view: createStore({ place: 'inbox', tab: 'conversation', task: null } as unknown as View),
    said: createStore<readonly Saying[]>([]),
    cameBack: createStore(null),
  } as unknown as App;
  const shown = () => app.said.get().flatMap(({ shown, text }) => (shown ? [text] : []));
  /** Undoes, and waits until what that asked for is answered. */
  const undo = async () => {
    const did = undoLast(app.said);
    await new Promise(setImmediate);
    return did;
  };
  return { app, calls, of, becomes, shown, undo };
}

const one = (state: Task['state']) => sample.task(1, 'One', state);

test('undoing goes on to what was done before, and never to and fro', async () => {
  const { app, calls, of, undo } = windowOf(
    one('review'),
    sample.task(2, 'Two', 'running'),
    sample.task(3, 'Three', 'review'),
  );
  await discardTask(app, of(1));
  await cancelTask(app, of(2));
  await takeOver(app, of(3), false);
  calls.splice(0);
  while (await undo()) expect(calls.length).toBeLessThan(4);
  expect(calls).toEqual(['handBack 3 review', 'retry 2', 'restore 1']);
});

test('a retry that was taken back is not there to be taken back again', async () => {
  const { app, calls, of, undo } = windowOf(one('failed'));
  await retryTask(app, of(1));
  expect([await undo(), await undo()]).toEqual([true, false]);
  expect(calls).toEqual(['retry 1', 'cancel 1']);
});

test('undoing a retry never ends an agent that has worked since, and says why', async () => {
  const { app, calls, of, becomes, shown, undo } = windowOf(one('failed'));
  const moves: readonly Partial<Task>[] = [{ state: 'running' }, { state: 'review' }];
  for (const [index, state] of moves.entries()) {
    await retryTask(app, of(1));
    for (const move of moves.slice(0, index + 1)) becomes(1, move);
    await undo();
    expect(calls.splice(0)).toEqual(['retry 1']);
    expect(shown()).toEqual([
      `Nothing was undone: “One” has gone on since and is ${state.state === 'review' ? 'in review' : 'running'} now. What can be done with it is in its menu.`,
    ]);
  }
  // Queued again is not where the retry left it: its agent was at work in between.
  await retryTask(app, of(1));
  becomes(1, { state: 'running' });
  becomes(1, { state: 'queued' });
  await undo();
  expect(calls).toEqual(['retry 1']);
});

test('undoing a stop queues no task that somebody queued, and that failed, since', async () => {
  const { app, calls, of, becomes, undo } = windowOf(one('running'));
  await cancelTask(app, of(1));
  for (const state of ['queued', 'running', 'failed'] as const) becomes(1, { state });
  await undo();
  expect(calls).toEqual(['cancel 1']);
});

test('undoing a takeover ends that one and no later one', async () => {
  const { app, calls, of, becomes, shown, undo } = windowOf(one('running'));
  await takeOver(app, of(1), false);
  const { takeover } = of(1);
  if (takeover === null) throw new Error('Nobody took over.');
  becomes(1, { takeover: { ...takeover, state: 'driving', beganAt: 1 } });
  await undo();
  expect(calls.splice(0)).toEqual(['take 1 false', 'handBack 1 go on']);
  expect(shown()).toEqual([`Handed “One” back to ${of(1).agent}`]);
  becomes(1, { takeover: null });
  await takeOver(app, of(1), false);
  becomes(1, { takeover: { ...takeover, id: 7 } });
  await undo();
  expect(calls).toEqual(['take 1 false']);
});

test('undoing a handing back takes over again, unless the task has gone on to something else', async () => {
  const { app, calls, of, becomes, shown, undo } = windowOf(one('running'));
  const driving = { id: 9, state: 'driving', terminal: 3, askedAt: 1, beganAt: 2 } as const;
  for (const [afterwards, next, takes] of [
    ['go on', null, true],
    ['go on', 'review', false],
    ['review', 'review', true],
    ['review', 'done', false],
  ] as const) {
    becomes(1, { state: 'running', takeover: driving });
    await handBack(app, of(1), afterwards);
    becomes(1, { takeover: null, ...(next !== null && { state: next }) });
    calls.splice(0);
    await undo();
    expect(calls, `${afterwards}, then ${next}`).toEqual(takes ? ['take 1 false'] : []);
    expect(shown()[0]).toMatch(takes ? /^(You take over|Took) “One”/ : /^Nothing was undone: “One”/);
  }
  expect(await undo()).toBe(false);
});

test.each([
  ['review', '“One” is in review again'],
  ['failed', '“One” has failed, as before'],
  ['cancelled', '“One” is cancelled, as before'],
  ['queued', '“One” is queued, as before'],
  ['running', 'claude goes on with “One”'],
] as const)('taken over from %s and not after all, a task is said to be where it was', async (former, said) => {
  const { app, of, becomes, shown } = windowOf({ ...one(former), agent: 'claude' });
  await takeOver(app, of(1), false);
  await handBack(app, of(1), 'go on');
  expect(shown()).toEqual([said]);
  // It says so of a terminal that was about to be opened, and not of one that was driven.
  becomes(1, { takeover: { id: 9, state: 'driving', terminal: 3, askedAt: 1, beganAt: 2 } });
  await handBack(app, of(1), 'go on');
  expect(shown()).toEqual(['Handed “One” back to claude']);
});
