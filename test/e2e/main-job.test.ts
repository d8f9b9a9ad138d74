import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Desktop, type Machine, makeMachine, openDesktop } from './desktop';

let machine: Machine;
let desktop: Desktop;

beforeEach(async () => {
  machine = makeMachine();
  appendFileSync(join(machine.repository, 'notes.txt'), 'not committed, and not to be touched\r\n');
  desktop = await openDesktop(machine);
});
afterEach(async () => {
  await desktop.close();
  machine.remove();
});

const prompt = ['Add a greeting', '[permission: make greeting]', '[write: GREETING.md | Hello from the agent]'].join(
  '\n',
);

/** Adds the repository by dropping it and writes the task, as far as it being queued. */
async function dropAndQueue(): Promise<void> {
  const { page } = desktop;
  await desktop.drop(machine.repository);
  await page.getByRole('button', { name: 'Trust and add' }).click();
  await page.getByRole('textbox', { name: /What should be done/ }).fill(prompt);
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('echo');
  await page.getByRole('textbox', { name: /What should be done/ }).press('Control+Enter');
}

/** The button by which the person lets the agent go on; it is there only while the agent waits. */
const allow = (page: Page) => page.getByRole('button', { name: /^A?\s*Allow$/i }).first();

async function reviewAndApprove(page: Page): Promise<void> {
  await page.getByRole('tab', { name: /Changes/ }).click();
  await page.getByText('Hello from the agent').first().waitFor();
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .click();
  await page.getByRole('button', { name: /Merge into main/ }).click();
  await page
    .getByText(/^Merged/)
    .first()
    .waitFor();
}

function expectMerged(before: { readonly notes: Buffer; readonly head: string }): void {
  expect(machine.git('log', '-1', '--format=%s', 'main')).toContain('Add a greeting');
  expect(machine.git('show', 'main:GREETING.md')).toBe('Hello from the agent');
  expect(machine.git('rev-list', '--count', `${before.head}..main`)).toBe('1');
  expect(readFileSync(join(machine.repository, 'GREETING.md'), 'utf8').trimEnd()).toBe('Hello from the agent');
  expect(readFileSync(join(machine.repository, 'notes.txt')).equals(before.notes)).toBe(true);
  expect(machine.git('status', '--porcelain')).toBe(' M notes.txt');
  expect(machine.git('stash', 'list')).toBe('');
}

const before = () => ({
  notes: readFileSync(join(machine.repository, 'notes.txt')),
  head: machine.git('rev-parse', 'main'),
});

test('a dropped repository, a task, an answer and an approval end in a commit on the base branch', async () => {
  const start = before();
  const { page } = desktop;
  await dropAndQueue();
  await allow(page).waitFor();
  expect(machine.git('rev-parse', 'main')).toBe(start.head);
  await allow(page).click();
  await page
    .getByRole('button', { name: /^Approve/ })
    .first()
    .waitFor();
  expect(machine.git('rev-parse', 'main')).toBe(start.head);
  await reviewAndApprove(page);
  expectMerged(start);
  expect(desktop.complaints).toEqual([]);
});

test('the same with the app killed while the agent waits for an answer', async () => {
  const start = before();
  await dropAndQueue();
  await allow(desktop.page).waitFor();
  await desktop.kill();
  desktop = await openDesktop(machine);
  const { page } = desktop;
  await page.getByRole('navigation', { name: 'Places' }).getByText('Inbox').click();
  await allow(page).click();
  await page.getByRole('navigation', { name: 'Places' }).getByText('Review').click();
  await page.getByRole('region', { name: 'Tasks' }).getByText('Add a greeting').first().click();
  await reviewAndApprove(page);
  expectMerged(start);
});
