import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeEach(async () => {
  terminal = await openTerminal();
});
afterEach(() => terminal.close());

const findings = async (): Promise<{ name: string; detail: string }[]> =>
  (await terminal.type(['doctor', '--json'])).json.findings;

test('the doctor goes by the stored settings, with and without a runtime', async () => {
  await terminal.start();
  const agent = [{ name: 'sample', command: '/nowhere/sample' }];
  await terminal.type(['settings', 'set', 'acpAgents', JSON.stringify(agent)]);
  await terminal.type(['settings', 'set', 'passEnvironment', '["HOME","NOWHERE_SET","NODE_OPTIONS"]']);
  const expected = [
    { name: 'agent sample', detail: 'not found on PATH' },
    {
      name: 'environment',
      detail: 'agents also see: HOME; named but not set: NOWHERE_SET; named but never passed: NODE_OPTIONS',
    },
  ].map((finding) => expect.objectContaining(finding));
  expect(await findings()).toEqual(expect.arrayContaining(expected));
  await terminal.stop();
  expect(await findings()).toEqual(expect.arrayContaining(expected));
});
