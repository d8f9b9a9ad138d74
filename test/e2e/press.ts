import type { Page } from 'playwright-core';

/**
 * Presses keys one after the other. The second of a pair (`g`, `i`) comes as soon after the first as a person's does: a
 * pair has a time limit, and a page that is busy with something takes longer to say that it has the first.
 */
export async function pressKeys(page: Page, ...keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 1) {
    const [key = '', next] = keys.slice(at, at + 2);
    if (key === 'g' && next !== undefined) {
      await Promise.all([page.keyboard.press(key), page.keyboard.press(next)]);
      at += 1;
    } else {
      await page.keyboard.press(key);
    }
  }
}
