import { expect, test } from 'vitest';
import { makeMachine, openDesktop } from './desktop';

test('what an agent said is found in the real app and gone to, and what is said to a busy one is its next message', async () => {
  const machine = makeMachine();
  let desktop = await openDesktop(machine);
  try {
    let { page } = desktop;
    await desktop.drop(machine.repository);
    await page.getByRole('button', { name: 'Trust and add' }).click();
    const prompt = page.getByRole('textbox', { name: /What should be done/ });
    await prompt.fill('Look out\n[say: a kingfisher sits on the wire]\n[ask: Which tree? | oak | elm]\n[nothing]');
    await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
    await prompt.press('Control+Enter');
    await page.getByRole('button', { name: /oak/ }).first().waitFor();

    await page.getByRole('textbox', { name: /^Write to / }).fill('And count the herons');
    await page.keyboard.press('Control+Enter');
    const queue = () => page.getByRole('region', { name: 'Messages the agent does not have yet' });
    await queue().getByText('And count the herons').waitFor();

    // Neither the message nor what was said is lost when the app dies here.
    await desktop.kill();
    desktop = await openDesktop(machine);
    page = desktop.page;
    await queue().getByText('And count the herons').waitFor();
    await page.keyboard.press('Control+Shift+F');
    await page.keyboard.type('kingfish');
    const found = page.getByRole('option').filter({ hasText: 'sits on the wire' }).filter({ hasText: 'Agent ·' });
    await found.waitFor();
    await found.click();
    await page.locator('.conversation-found').getByText('a kingfisher sits on the wire').waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: /oak/ }).first().click();
    await page.locator('.said-person', { hasText: 'And count the herons' }).waitFor();
    await queue().waitFor({ state: 'detached' });
    expect(desktop.complaints).toEqual([]);
  } finally {
    await desktop.close();
    machine.remove();
  }
});
