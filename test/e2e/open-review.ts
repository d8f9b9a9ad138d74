import type { Page } from 'playwright-core';
import { pressKeys } from './press';

/** What lies over the page and is looked at alone. */
export const overlay = '[role="dialog"]';

/** The task of this title in the list. */
export function optionOf(page: Page, title: string) {
  return page.getByRole('option').filter({ hasText: title });
}

/** Opens the change of a task that is in review, by keyboard and a click in the list. */
export async function openReviewOf(page: Page, title: string): Promise<void> {
  await pressKeys(page, 'g', 'r');
  await optionOf(page, title).click();
  await page.getByRole('tab', { name: /Changes/, selected: true }).waitFor();
}
