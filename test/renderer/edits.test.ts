import { expect, test } from 'vitest';
import type { Review } from '../../core/contract/review';
import { editedPlace, isHere } from '../../renderer/changes/editing';
import { itemOf } from '../../renderer/changes/items';
import { takeHunkBack } from '../../renderer/changes/take-back';
import type { App } from '../../renderer/state/app';
import { undoEdit } from '../../renderer/state/edits';
import { type Saying, undoLast } from '../../renderer/state/said';
import { createStore } from '../../renderer/state/store';
import { createEdits } from './harness/edits';

const path = 'a.ts';
const patch = [
  ...['diff --git a/a.ts b/a.ts', '--- a/a.ts', '+++ b/a.ts', '@@ -4,3 +4,4 @@'],
  ...[' four', '+and a half', '+more', '-five', ' six', '@@ -20,2 +21,3 @@', ' twenty', '+one', ' two', ''],
].join('\n');
const file: Review['files'][number] = {
  ...{ path, oldPath: null, status: 'modified', additions: 3, deletions: 1, binary: false },
  ...{ oldMode: '100644', newMode: '100644', content: '', note: null },
};
const change = { task: 1, mergeBase: 'a'.repeat(40), head: 'b'.repeat(40), files: [file] };
const item = itemOf(file, patch, false);
const [hunk] = item.fileDiff.hunks;

/** What edits of a change need of an app, on a core that keeps them in memory. */
function windowOf() {
  const edits = createEdits(
    () => {},
    () => patch,
  );
  const client = {
    reviews: {
      takeBack: async (input: { readonly task: number; readonly path: string }) => {
        edits.assertHere(input.task, input.path);
        return edits.make(input.task, { kind: 'take-back', path: input.path, part: true });
      },
      undo: async ({ task }: { readonly task: number }) => edits.undo(task),
    },
  };
  const app = {
    ...{ line: { client: () => client }, doing: createStore(new Map()) },
    said: createStore<readonly Saying[]>([]),
  } as unknown as App;
  return { app, edits };
}

test('of a hunk it is known whether it was taken back: not when the change moved, nor while another one is', async () => {
  if (hunk === undefined) throw new Error('Two.');
  const { app, edits } = windowOf();
  let undone = 0;
  const undo = (): void => {
    undone += 1;
  };
  edits.move(path, 'theirs');
  expect(await takeHunkBack(app, change, { file, hunk, undo })).toBe(false);
  expect(undoLast(app.said)).toBe(false);
  const both = [1, 2].map(() => takeHunkBack(app, change, { file, hunk, undo }));
  expect(await Promise.all(both)).toEqual([true, false]);
  expect(undoLast(app.said)).toBe(true);
  expect(undone).toBe(1);
});

test('undoing says what that brought back, and is not done twice when it is asked once more meanwhile', async () => {
  const { app, edits } = windowOf();
  edits.make(1, { kind: 'take-back', path, part: true });
  edits.make(1, { kind: 'edit', path: 'b.ts', part: false });
  const said = () => app.said.get().map(({ text }) => text);
  await undoEdit(app, 1);
  expect(said()).toEqual(['Undid your edit of b.ts']);
  const both = [undoEdit(app, 1), undoEdit(app, 1)];
  expect(await Promise.all(both)).toMatchObject([{ kind: 'take-back' }, null]);
  expect(said().slice(1)).toEqual(['Undoing…', 'Brought back what you took back of a.ts']);
});

test('a file is edited from the line that was changed first in the hunk at hand, once its diff is there', () => {
  const at = (index: number | null) =>
    editedPlace({ task: 1, items: [item], atHand: index === null ? null : { path, index } }, path);
  const changed = [
    { first: 5, count: 2 },
    { first: 22, count: 1 },
  ];
  expect(at(null)).toEqual({ task: 1, path, line: 5, changed });
  expect(at(1)).toEqual({ task: 1, path, line: 22, changed });
  const without = { task: 1, items: [itemOf(file, undefined, false)], atHand: null };
  expect(editedPlace(without, path)).toMatchObject({ line: 1, changed: [] });

  const nothing = { byPath: new Map<string, string>(), loading: true, outdated: false };
  const here = { ...nothing, byPath: new Map([[path, patch]]) };
  expect(isHere(nothing, path)).toBe(false);
  expect(isHere(here, path)).toBe(true);
  // What is still shown of the state before has other lines.
  expect(isHere({ ...here, outdated: true }, path)).toBe(false);
  // One that is fetched only when it is asked for does not come by waiting.
  expect(isHere({ ...nothing, loading: false }, path)).toBe(true);
});
