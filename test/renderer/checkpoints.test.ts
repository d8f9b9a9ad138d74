import { describe, expect, test } from 'vitest';
import { likelyTarget, standing } from '../../core/contract/checkpoint';
import type { Task } from '../../core/contract/task';
import type { App } from '../../renderer/state/app';
import type { AskedPlace } from '../../renderer/state/asked';
import { goBack, leadsBack } from '../../renderer/state/checkpoints';
import { openTask } from '../../renderer/state/commands';
import { applyChanges, nothingKnown } from '../../renderer/state/model';
import { showPart } from '../../renderer/state/part';
import { type Saying, undoLast } from '../../renderer/state/said';
import { createStore } from '../../renderer/state/store';
import type { View } from '../../renderer/state/view';
import * as sample from './harness/data';

/** What going back needs of an app, on a core that keeps what it was asked for. */
function window(task: Task, refusal: Error | null = null) {
  const asked: string[] = [];
  const model = createStore(
    applyChanges(nothingKnown, [
      {
        ...{
          type: 'snapshot',
          tasks: [task],
          repositories: [...sample.repositories],
          agents: [],
          held: null,
          pushes: [],
          trains: [],
        },
        settings: sample.settings,
      },
    ]),
  );
  const client = {
    tasks: {
      cancel: async () => {
        asked.push('cancel');
        return { ...task, state: 'cancelled', updatedAt: task.updatedAt + 1 };
      },
    },
    checkpoints: {
      back: async ({ checkpoint }: { checkpoint: number }) => {
        asked.push(`back ${checkpoint}`);
        if (refusal !== null) throw refusal;
        return { task: task.id, checkpoint, left: 7, conversation: 'back' };
      },
    },
  };
  const app = {
    model,
    line: { client: () => client },
    view: createStore({
      place: 'inbox',
      tab: 'conversation',
      task: task.id,
      turn: null,
      sheet: null,
    } as unknown as View),
    said: createStore<readonly Saying[]>([]),
    asked: createStore<AskedPlace | null>(null),
    doing: createStore<ReadonlyMap<string, string>>(new Map()),
  } as unknown as App;
  const moves = (state: Task['state']) =>
    model.update((known) => applyChanges(known, [{ type: 'task.changed', task: { ...task, state } }]));
  return { app, asked, moves };
}

const to = { number: 2, name: 'after turn 2' };

describe('going back', () => {
  test('is undone while the task rests', async () => {
    const task = sample.task(1, 'one', 'review');
    const { app, asked } = window(task);
    expect(await goBack(app, task, to)).toBeNull();
    // Its conversation is shown from the end, where that stands.
    expect(app.asked.get()).toEqual({ task: 1, takesFocus: false });
    expect(app.said.get()).toMatchObject([{ about: { task: 1, state: 'review' } }]);
    undoLast(app.said);
    await expect.poll(() => asked).toEqual(['back 2', 'back 7']);
  });

  test('is not undone by stopping an agent that is at work again: that is asked first', async () => {
    const task = sample.task(1, 'one', 'review');
    const { app, asked, moves } = window(task);
    await goBack(app, task, to);
    moves('running');
    undoLast(app.said);
    expect(app.view.get().sheet).toEqual({ kind: 'go-back', task: 1, checkpoint: 7 });
    expect(asked).toEqual(['back 2']);
  });

  test('gives back why it was refused when the agent was stopped for it, and tells that it was stopped', async () => {
    const task = sample.task(1, 'one', 'running');
    const { app, asked } = window(task, new Error('A rebase is under way.'));
    expect(await goBack(app, task, to)).toMatchObject({ message: expect.stringContaining('rebase') });
    expect(asked).toEqual(['cancel', 'back 2']);
    expect(app.model.get().tasks.get(1)?.state).toBe('cancelled');
    expect(app.said.get()).toEqual([]);
  });
});

test('one turn’s changes give way to the whole change when a task is opened', () => {
  const { app } = window(sample.task(1, 'one', 'review'));
  showPart(app, 1, { kind: 'turn', checkpoint: 2 });
  expect(app.view.get().part).toEqual({ task: 1, of: { kind: 'turn', checkpoint: 2 } });
  openTask(app, 1);
  expect(app.view.get().part).toBeNull();
});

test('going back to where the worktree is already is offered only when a turn was begun since', () => {
  expect(leadsBack({ state: 'review' }, true)).toBe(false);
  for (const state of ['running', 'waiting', 'queued', 'failed', 'cancelled'] as const)
    expect(leadsBack({ state }, true)).toBe(true);
  expect(leadsBack({ state: 'review' }, false)).toBe(true);
});

describe('the checkpoint somebody most likely goes back to', () => {
  const point = (number: number, tree: string, parent: number | null, current = false) => ({
    ...{ number, tree, parent, current, kept: true },
  });
  const [start, first, second] = [point(0, 'a', null), point(1, 'b', 0), point(2, 'c', 1)];

  test('is the newest that differs from where the worktree is, or where a turn that runs began', () => {
    const at = { ...second, current: true };
    expect(likelyTarget([start, first, at], { atWork: false })).toBe(1);
    expect(likelyTarget([start, first, at], { atWork: true })).toBe(2);
    // Having gone back, it is what was left; and nothing that is the same under another number.
    const gone = [start, { ...first, current: true }, second, point(3, 'd', 2)];
    expect(likelyTarget(gone, { atWork: false })).toBe(3);
    expect(likelyTarget([start, first, at, point(3, 'c', 1)], { atWork: false })).toBe(1);
    expect(likelyTarget([start], { atWork: false })).toBe(0);
    // Once another turn followed, it is where that began, and not what was left before it.
    const on = [start, first, second, point(3, 'd', 2), point(4, 'e', 1, true)];
    expect(likelyTarget(on, { atWork: false })).toBe(1);
  });

  test('stands when it led to where the worktree is', () => {
    const gone = [start, { ...first, current: true }, second, point(3, 'd', 2)];
    expect([...standing(gone)].sort()).toEqual([0, 1]);
    expect([...standing([start, first, second, point(3, 'd', 2, true)])].sort()).toEqual([0, 1, 2, 3]);
  });
});
