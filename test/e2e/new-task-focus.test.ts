import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

let machine: Machine;
let desktop: Desktop;

beforeAll(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
});
afterAll(async () => {
  await desktop.close();
  machine.remove();
});

const sheet = () => desktop.page.getByRole('dialog', { name: 'New task' });

/** What is typed without a press or a Tab before it is in the prompt, to the last letter. */
async function expectPromptToTakeKeys(text: string): Promise<void> {
  const { page } = desktop;
  await sheet().waitFor();
  // Longer than whatever the sheet that went still does about the focus.
  for (const letter of text) {
    await page.keyboard.type(letter);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
  }
  expect(await page.getByRole('textbox', { name: /What should be done/ }).inputValue()).toBe(text);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  await page.getByRole('textbox', { name: /What should be done/ }).fill('');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await sheet().waitFor({ state: 'detached' });
}

const ways = {
  drop: (repository: string) => desktop.drop(repository),
  async type(repository: string) {
    const { page } = desktop;
    await page.keyboard.press('Control+o');
    await page.getByRole('dialog', { name: 'Add repository' }).waitFor();
    await page.keyboard.type(repository);
    await page.keyboard.press('Enter');
  },
} as const;

describe.each(['drop', 'type'] as const)('a repository named by %s', (way) => {
  test.each(['mouse', 'keyboard'] as const)('leads by %s to a prompt that takes keys, new and known', async (hand) => {
    const { page } = desktop;
    const repository = join(machine.folder, `${way} by ${hand}`);
    machine.git('clone', '-q', '.', repository);
    for (const [round, name] of ['Add without trust', 'Trust and add', 'Add without trust'].entries()) {
      await ways[way](repository);
      const button = page.getByRole('button', { name });
      await button.waitFor();
      expect(await page.getByText('It was added before').count()).toBe(round === 0 ? 0 : 1);
      if (hand === 'mouse') await button.click();
      else {
        await button.focus();
        await page.keyboard.press('Enter');
      }
      await expectPromptToTakeKeys(`Round ${round} by ${hand}`);
    }
    expect(desktop.complaints).toEqual([]);
  });
});
