import type { Page } from 'playwright-core';

/**
 * Presses keys one after the other. A pair (`g`, `i`) has a time limit, so its second key comes as soon after the first as a
 * person's does by the times the page is told, however long the machine holds either up.
 */
export async function pressKeys(page: Page, ...keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 1) {
    const [key = '', next] = keys.slice(at, at + 2);
    if (key === 'g' && next !== undefined) {
      await pressPair(page, [key, next]);
      at += 1;
    } else {
      await page.keyboard.press(key);
    }
  }
}

async function pressPair(page: Page, letters: readonly [string, string]): Promise<void> {
  // What was just drawn listens only after that: a pair that comes in between is nobody's.
  await page.evaluate(() => new Promise<void>((done) => requestIdleCallback(() => done(), { timeout: 1_000 })));
  const devtools = await page.context().newCDPSession(page);
  const began = Date.now() / 1000;
  for (const [index, letter] of letters.entries()) {
    const big = letter.toUpperCase();
    const key = {
      key: letter,
      code: `Key${big}`,
      windowsVirtualKeyCode: big.charCodeAt(0),
      timestamp: began + index / 20,
    };
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', text: letter, ...key });
    await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
  }
  await devtools.detach();
}
