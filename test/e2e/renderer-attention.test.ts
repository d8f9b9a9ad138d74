import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, openHarness } from './harness';

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness({ width: 1280, height: 800 });
});
afterAll(() => harness.close());

test('the status line says what agents waited today, leads to the inbox while one waits, and is quiet about nothing', async () => {
  await harness.open('little');
  const { page } = harness;
  const places = page.getByRole('navigation', { name: 'Places' });
  await places.getByRole('button', { name: /^Running/ }).click();
  await page.getByRole('heading', { name: 'Running' }).waitFor();
  await page.getByRole('button', { name: 'agents waited 18 min today' }).click();
  await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  await page.getByText('Agents waited 18 min for you today.').waitFor();
  const [asked] = await harness.called('requests.waited');
  expect(asked).toEqual({ since: new Date().setHours(0, 0, 0, 0) });
  await harness.open('none');
  expect(await page.getByText(/agents waited/i).count()).toBe(0);
  // However narrow, its right end stays: it is the way to the keys and the settings.
  for (const width of [700, 1280]) {
    await harness.resize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width);
    const box = await page.getByRole('button', { name: 'Settings' }).boundingBox();
    expect((box?.x ?? width) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  }
  expect(harness.complaints).toEqual([]);
});

test('quiet hours and quiet ends are set in the sheet', async () => {
  await harness.open('little');
  const { page } = harness;
  const set = async () => (await harness.called('settings.set')).at(-1);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('checkbox', { name: 'Tell when a task is finished' }).press('Space');
  await expect.poll(set).toEqual({ name: 'notifyFinished', value: false });
  await page.getByRole('checkbox', { name: 'Quiet hours' }).press('Space');
  await expect.poll(set).toEqual({ name: 'quietHours', value: '22:00-07:00' });
  const until = page.getByLabel('Quiet until');
  await until.fill('06:30');
  await until.blur();
  await expect.poll(set).toEqual({ name: 'quietHours', value: '22:00-06:30' });
  const from = await page.getByLabel('Quiet from').boundingBox();
  const to = await page.getByLabel('Quiet until').boundingBox();
  expect(from?.y).toBe(to?.y);
  expect(await harness.brokenInEitherTheme('[role="dialog"]')).toEqual([]);
  await page.getByRole('checkbox', { name: 'Quiet hours' }).press('Space');
  await expect.poll(set).toEqual({ name: 'quietHours', value: 'off' });
});
