import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

let machine: Machine;
let desktop: Desktop;

beforeEach(async () => {
  machine = makeMachine();
  desktop = await openDesktop(machine);
});
afterEach(async () => {
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
