import { expect, test } from 'vitest';
import type { ActionId } from '../../renderer/keys/actions';
import { holdKeys } from '../../renderer/keys/held';
import { heard } from '../../renderer/keys/press';

/** Keys pressed in a window whose diff and whose field come when the test says so. */
function scene(can: (meaning: ActionId) => boolean = () => true) {
  const now = { loading: true, field: false };
  const done: string[] = [];
  const hold = holdKeys({
    awaits: (meaning) => now.loading && (meaning === 'comment' || meaning === 'accept' || meaning === 'next-hunk'),
    does: (meaning) => {
      if (can(meaning)) done.push(meaning);
      return can(meaning);
    },
    isInField: () => now.field,
    type: (text) => done.push(`typed ${text}`),
    failed: (meaning) => done.push(`failed ${meaning}`),
  });
  const press = (...keys: readonly string[]): void => {
    for (const key of keys) hold.add({ key, pressed: heard(key.length === 1 ? key.toLowerCase() : key, null) });
    hold.goOn();
  };
  const become = (what: Partial<typeof now>): void => {
    Object.assign(now, what);
    hold.goOn();
  };
  return { hold, done, press, become };
}

test('what is typed after a key that opens a field is written there, once the diff and the field are', () => {
  const { hold, done, press, become } = scene();
  press(']', 'm', ...'Why?', 'x', 'Backspace', 'Enter', 'y');
  expect(done).toEqual([]);
  become({ loading: false });
  expect(done).toEqual(['next-hunk', 'comment']);
  become({ field: true });
  expect(done).toEqual(['next-hunk', 'comment', 'typed Why?\ny']);
  expect(hold.has()).toBe(false);
});

test('after a key that opens no field the others are done, in their order', () => {
  const { done, press, become } = scene();
  press('y', 'w', 'y');
  become({ loading: false });
  expect(done).toEqual(['accept', 'take-over', 'accept']);
});

test('after a key that opens a field and cannot be done nothing is, and that is said; nor after all were dropped', () => {
  const { hold, done, press, become } = scene((meaning) => meaning !== 'comment');
  press('m', 'y', 'w');
  become({ loading: false });
  expect(done).toEqual(['failed comment']);
  become({ loading: true });
  press('y');
  expect(hold.drop()).toBe(true);
  become({ loading: false });
  expect([done, hold.drop()]).toEqual([['failed comment'], false]);
});
