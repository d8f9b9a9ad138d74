import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules that go by colours. Nothing else differs between the themes. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/**
 * The rules of accessibility the page breaks as it is, one line each; with `inside`, those broken in what that finds alone,
 * which is what a page looked at before has got since. Throws when almost nothing was looked at.
 */
export function findBroken(page: Page, inside?: string): Promise<string[]> {
  return run(page, inside === undefined ? { least: 10 } : { least: 5, inside });
}

/** The same, and then what of it goes by colours in the theme that is not shown. The page is left as it was. */
export async function findBrokenInEitherTheme(page: Page, inside?: string): Promise<string[]> {
  const shown = (await page.locator('html').getAttribute('data-theme')) === 'dark' ? 'dark' : 'light';
  const other = shown === 'dark' ? 'light' : 'dark';
  const found = await findBroken(page, inside);
  await show(page, other);
  const more = await run(page, { least: 1, rules: ofColours, ...(inside === undefined ? {} : { inside }) });
  await show(page, shown);
  return [...found.map((line) => `${shown}: ${line}`), ...more.map((line) => `${other}: ${line}`)];
}

async function show(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme="${colorScheme}"]`).waitFor({ state: 'attached' });
  // A terminal takes its colours with the frame after.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** `least`: how many rules must have found something to look at. */
async function run(page: Page, order: { least: number; rules?: string[]; inside?: string }): Promise<string[]> {
  // Evaluated through the debugger, which the page's own policy does not reach; once in each page, for it is large.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(async ({ least, rules, inside }) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations, passes } = await axe.run(inside ?? document, {
      // Of what keeps a rule, one example says enough.
      resultTypes: ['violations'],
      ...(rules === undefined ? {} : { runOnly: { type: 'rule' as const, values: rules } }),
    });
    if (passes.length < least) throw new Error(`axe looked at almost nothing: ${passes.length} rules`);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 160)}`)
          .join(' | ')}`,
    );
  }, order);
}
