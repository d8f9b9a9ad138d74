import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeEach(async () => {
  terminal = await openTerminal();
});
afterEach(() => terminal.close());

test('stop does not close the window of the app unasked, and says how to', async () => {
  await terminal.start('app');
  const refused = await terminal.type(['stop']);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toBe(
    `Nothing was stopped: the Switchyard app (process ${process.pid}) owns ${terminal.config.folders.data}, and stopping would close its window. Quit it there, or type: switchyard stop --app\n`,
  );
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: true, owner: 'app' });
  expect((await terminal.type(['stop', '--app', '--json'])).json).toEqual({ stopped: true, pid: process.pid });
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: false });
});

test('stop ends the runtime in the background', async () => {
  await terminal.start();
  expect((await terminal.type(['stop', '--json'])).json).toEqual({ stopped: true, pid: process.pid });
  expect((await terminal.type(['stop', '--json'])).json).toEqual({ stopped: false, running: false });
});
