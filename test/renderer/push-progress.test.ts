import { expect, test } from 'vitest';
import { stopsPush } from '../../renderer/task/push-progress';

const [body, field, sheet] = [{}, {}, {}] as unknown as [HTMLElement, HTMLElement, HTMLElement];
const panel = { contains: (other: Node | null) => other === field, ownerDocument: { body } as Document };
const key = (target: EventTarget, more: object = {}) => ({
  ...{ key: 'Escape', isComposing: false, defaultPrevented: false, target },
  ...more,
});

test('Escape stops a push from the panel that shows it, and where nothing has the focus', () => {
  expect([field, body].map((target) => stopsPush(key(target), panel))).toEqual([true, true]);
});

test('Escape in a sheet over it, while composing or already used stops nothing, and no other key does', () => {
  const others = [key(sheet), key(field, { isComposing: true }), key(field, { defaultPrevented: true })];
  for (const event of [...others, key(field, { key: 'Enter' })]) expect(stopsPush(event, panel)).toBe(false);
  expect(stopsPush(key(field), null)).toBe(false);
});
