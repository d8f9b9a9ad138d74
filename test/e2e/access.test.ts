import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds in the page as it is, one line for each rule broken. */
async function findings(page: Page): Promise<string[]> {
  // Evaluated through the debugger, which the page's own policy does not reach.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations, passes } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    });
    if (passes.length < 10) throw new Error(`axe looked at almost nothing: ${passes.length} rules`);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    );
  });
}

describe.each([{ theme: 'light' }, { theme: 'dark' }])('in the $theme theme', ({ theme }) => {
  let machine: Machine;
  let desktop: Desktop;
  let page: Page;
  const go = (name: string) =>
    page
      .getByRole('navigation', { name: 'Places' })
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .click();

  beforeAll(async () => {
    machine = makeMachine();
    desktop = await openDesktop(machine, { dark: theme === 'dark' });
    page = desktop.page;
    await page.emulateMedia({ colorScheme: theme === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
  });
  afterAll(async () => {
    await desktop.close();
    machine.remove();
  });

  test('the first look', async () => {
    await page.getByText('Drop a git repository here').waitFor();
    expect(await findings(page)).toEqual([]);
    // The control: what is broken on purpose is found.
    await page.evaluate(() =>
      document.querySelector('.status, footer, nav')?.insertAdjacentHTML('beforeend', '<button id="broken"></button>'),
    );
    expect(await findings(page)).toEqual([expect.stringContaining('button-name')]);
    await page.evaluate(() => document.getElementById('broken')?.remove());
  });

  test('adding a repository and writing a task', async () => {
    await desktop.drop(machine.repository);
    await page.getByRole('button', { name: 'Trust and add' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Trust and add' }).click();
    const prompt = page.getByRole('textbox', { name: /What should be done/ });
    await prompt.fill('Add a greeting\n[permission: make greeting]\n[write: GREETING.md | Hello]');
    await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
    expect(await findings(page)).toEqual([]);
    await prompt.press('Control+Enter');
  });

  test('a task that waits, and the inbox', async () => {
    await page
      .getByRole('button', { name: /Allow$/ })
      .first()
      .waitFor();
    expect(await findings(page)).toEqual([]);
    await go('Inbox');
    await page
      .getByRole('button', { name: /Allow$/ })
      .first()
      .waitFor();
    expect(await findings(page)).toEqual([]);
    await page
      .getByRole('button', { name: /Allow$/ })
      .first()
      .click();
  });

  test('a task in review: conversation, changes, checks, info', async () => {
    await go('Review');
    await page.getByRole('region', { name: 'Tasks' }).getByText('Add a greeting').first().click();
    for (const tab of ['Changes', 'Checks', 'Info', 'Conversation']) {
      await page.getByRole('tab', { name: new RegExp(tab) }).click();
      expect([tab, await findings(page)]).toEqual([tab, []]);
    }
  });

  test('going back to before the first turn, and undoing it', async () => {
    const point = page.getByRole('radio', { name: /Before the first turn/ });
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByText('Turn 1 changed 1 file').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await point.check();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go back', exact: true }).click();
    await page.getByText('You went back: before the first turn.').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('tab', { name: /Changes/ }).click();
    await page.getByText('No file was changed').waitFor();
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await page.getByRole('button', { name: /GREETING.md/ }).waitFor();
  });

  test('terminals: none, one that runs, and looking for something in it', async () => {
    await page.getByRole('tab', { name: 'Terminal' }).click();
    await page.getByText('No terminal yet').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: /New shell/ }).click();
    await page.locator('.xterm-rows').getByText(/[#$]/).first().waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('t');
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('textbox', { name: 'Find in this terminal' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Shift+Escape');
  });

  test('the palette, settings and keys', async () => {
    for (const id of ['palette', 'settings', 'help']) {
      await desktop.app.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(), id);
      await page.getByRole('dialog').first().waitFor();
      expect([id, await findings(page)]).toEqual([id, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').first().waitFor({ state: 'detached' });
    }
  });
});
