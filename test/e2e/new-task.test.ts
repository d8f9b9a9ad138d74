import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

test('the first task of README.md works as its five lines say, by keyboard after the drop', async () => {
  const { page } = desktop;
  await desktop.drop(machine.repository);
  await page.getByRole('button', { name: 'Trust and add' }).click();
  // New task opens by itself.
  const prompt = page.getByRole('textbox', { name: /What should be done/ });
  await prompt.fill(
    'Paint\n[permission: make paint]\n[ask: Which colour? | red | green]\n[write: colour.txt | {answer}]',
  );
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
  await prompt.press('Control+Enter');
  // The task opens, and its page shows the questions one after the other.
  await page.getByRole('region', { name: 'Task', exact: true }).waitFor();
  await page
    .getByRole('button', { name: /Allow$/i })
    .first()
    .waitFor();
  const answerable = page.locator('.card[aria-current] [data-answerable]');
  await answerable.waitFor();
  await page.keyboard.press('a');
  await page.getByText('Which colour?').first().waitFor();
  await page.getByRole('button', { name: /green/ }).first().waitFor();
  await answerable.waitFor();
  await page.keyboard.press('2');
  // Finished, `]` leads to the change wherever one is on the page.
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  await page.keyboard.press(']');
  await page.getByText('green').first().waitFor();
  await page.keyboard.press('a');
  await page.getByRole('button', { name: /Merge into main/ }).waitFor();
  expect(machine.git('log', '--format=%s', 'main')).toBe('Begin');
  await page.keyboard.press('Enter');
  await page
    .getByText(/^Merged/)
    .first()
    .waitFor();
  expect(machine.git('show', 'main:colour.txt')).toBe('green');
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

// Neither way in knows by what the sheet after it is confirmed.
test.each([
  ['drop', 'mouse'],
  ['type', 'keyboard'],
] as const)('a repository named by %s leads by %s to a prompt that takes keys, new and known', async (way, hand) => {
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
