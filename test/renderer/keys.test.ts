import { describe, expect, test } from 'vitest';
import { actionIds, actions } from '../../renderer/keys/actions';
import { heard, nameOf, written } from '../../renderer/keys/press';

const press = (key: string, held: Partial<{ ctrlKey: boolean; metaKey: boolean }> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('keys', () => {
  test('no two actions have the same key', () => {
    const all = actionIds.flatMap((id) => actions[id].keys);
    expect(new Set(all).size).toBe(all.length);
  });

  test('no key of a pair is an action by itself, so that a pair never starts something', () => {
    const begins = new Set(
      actionIds.flatMap((id) =>
        actions[id].keys.filter((keys) => keys.includes(' ')).map((keys) => keys.split(' ')[0] ?? ''),
      ),
    );
    for (const first of begins) expect(heard(first, null).meaning).toBe('begins-pair');
  });

  test('the second key of a pair means the pair and not itself', () => {
    expect(heard('r', 'g').meaning).toBe('go-review');
    expect(heard('r', null).meaning).toBe('reply');
    expect(heard('j', 'g')).toEqual({ keys: 'j', meaning: 'down' });
    expect(heard('1', 'g')).toEqual({ keys: 'g 1', meaning: 'show-conversation' });
  });

  test('the key that leaves a terminal never goes back', () => {
    const name = nameOf({ ...press('Escape'), shiftKey: true }, false);
    expect(heard(name, null).meaning).toBe('leave-terminal');
    expect(heard(nameOf(press('Escape'), false), null).meaning).toBe('back');
  });

  test('the command key is the Mac’s own there and Ctrl elsewhere', () => {
    expect(nameOf(press('k', { metaKey: true }), true)).toBe('mod+k');
    expect(nameOf(press('K', { ctrlKey: true }), false)).toBe('mod+k');
    expect(nameOf(press('k', { ctrlKey: true }), true)).toBe('k');
    expect(nameOf({ ...press('F', { ctrlKey: true }), shiftKey: true }, false)).toBe('mod+shift+f');
    expect(nameOf({ ...press('?', { ctrlKey: true }), shiftKey: true }, false)).toBe('mod+?');
    expect(nameOf({ ...press('ArrowDown'), altKey: true, shiftKey: true }, true)).toBe('alt+shift+ArrowDown');
    expect(written('alt+ArrowDown', false)).toBe('Alt ↓');
    expect(written('mod+k', true)).toBe('⌘K');
    expect(written('mod+k', false)).toBe('Ctrl K');
    expect(written('g i', false)).toBe('G then I');
  });
});
