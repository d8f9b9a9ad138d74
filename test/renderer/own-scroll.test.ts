import { expect, test } from 'vitest';
import { atRest, handAfter, isOwn, type Move } from '../../renderer/changes/own-scroll';

const key = (name: string, isPlain = true): Move => ({ kind: 'key', key: name, isPlain });
const press = (on: 'bar' | 'inside' | 'elsewhere'): Move => ({ kind: 'pressed', on });
const turned: Move = { kind: 'turned' };
const scrolled: Move = { kind: 'scrolled' };
const letGo: Move = { kind: 'let-go' };

/** Whose the scrolling is a moment after moves that come one every tenth of a second. */
function after(...moves: readonly Move[]): boolean {
  const hand = moves.reduce((before, move, index) => handAfter(before, move, index * 100), atRest);
  return isOwn(hand, (moves.length - 1) * 100 + 10);
}

test('who turns the wheel, drags the bar, scrolls by keys or with a finger scrolls themselves', () => {
  expect(after(scrolled)).toBe(false);
  for (const name of ['PageDown', 'PageUp', 'Home', 'End', 'ArrowDown', 'ArrowUp', ' ', 'Tab'])
    expect([name, after(key(name), scrolled)]).toEqual([name, true]);
  expect([after(turned), after(press('bar'), scrolled), after(press('inside'), scrolled)]).toEqual([true, true, true]);
  // A bar that is let go of may have been clicked, and rolls on.
  expect(after(press('bar'), letGo, scrolled)).toBe(true);
});

test('what rolls on is still theirs, and what comes later is not', () => {
  const rolling = [scrolled, scrolled, scrolled, scrolled, scrolled];
  expect(after(key('End'), ...rolling)).toBe(true);
  const hand = handAfter(atRest, turned, 0);
  expect(isOwn(handAfter(hand, scrolled, 1_000), 1_000)).toBe(false);
});

test('what they ask for by a key or a click scrolls by itself, also a moment after they scrolled', () => {
  expect(after(turned, key(']'), scrolled)).toBe(false);
  expect(after(key('End'), press('elsewhere'), scrolled)).toBe(false);
  expect(after(turned, press('inside'), letGo, scrolled)).toBe(false);
  // Typed into a field, or pressing what has the focus, these keys scroll nothing.
  expect(after(key('ArrowDown', false), scrolled)).toBe(false);
  expect(after(turned, letGo, scrolled)).toBe(true);
});
