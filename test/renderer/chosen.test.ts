import { expect, test } from 'vitest';
import { whenDriven } from '../../renderer/terminal/chosen';

test('the screen of an agent comes to the front for who looks on, and takes no keys meant for another terminal', () => {
  expect(whenDriven({ chosen: null, driven: 7, isTyping: false })).toBe(7);
  expect(whenDriven({ chosen: 3, driven: 7, isTyping: false })).toBe(7);
  expect(whenDriven({ chosen: 3, driven: 7, isTyping: true })).toBe(3);
  // Nothing was shown yet, so nothing can be typed into but it.
  expect(whenDriven({ chosen: null, driven: 7, isTyping: true })).toBe(7);
});
