import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../core/store/database';
import { listProcesses } from '../../core/store/processes';
import { openTerminal } from './terminal';

let terminal: Awaited<ReturnType<typeof openTerminal>>;
beforeEach(async () => {
  terminal = await openTerminal();
  await terminal.start();
  await terminal.type(['settings', 'set', 'pidNamespace', 'never']);
});
afterEach(() => terminal.close());

const manifest = (services: unknown, name = 'services.json') => {
  const { data } = terminal.config.folders;
  mkdirSync(data, { recursive: true });
  writeFileSync(join(name === 'services.json' ? data : terminal.folder, name), JSON.stringify({ services }));
};

/** Types a command that goes on until it has printed something, and then presses Ctrl+C; `before` is done first. */
async function until(words: readonly string[], shown: string, before: () => Promise<void> = async () => {}) {
  const over = new AbortController();
  let seen = false;
  return terminal.type(words, {
    signal: over.signal,
    onPrinted({ err }) {
      if (seen || !err.includes(shown)) return;
      seen = true;
      void before().finally(() => over.abort());
    },
  });
}

test('up starts the services before the runtime runs, keeps them in the ledger, and stops them with it', async () => {
  await terminal.stop();
  const log = join(terminal.folder, 'log');
  manifest([
    { name: 'database', command: `trap 'echo stopped >> ${log}; exit 0' TERM; echo started; sleep 60 & wait` },
  ]);
  let ledger: readonly string[] = [];
  const ended = await until(['up', '--status-port', '0'], 'Switchyard runs here.', async () => {
    const db = openDatabase({ file: terminal.config.folders.database, nativeBinding: null });
    await expect.poll(() => listProcesses(db).length).toBe(1);
    ledger = listProcesses(db).map(({ command }) => command);
    db.close();
    expect(existsSync(log)).toBe(false);
  });
  expect([ended.code, ended.out]).toEqual([0, 'Stopped by a signal.\n']);
  expect(ended.err.indexOf('Starting service database.')).toBeLessThan(ended.err.indexOf('Switchyard runs here.'));
  expect(ledger).toEqual([expect.stringContaining('echo started')]);
  expect(readFileSync(log, 'utf8')).toBe('stopped\n');
  const db = openDatabase({ file: terminal.config.folders.database, nativeBinding: null });
  expect(listProcesses(db)).toEqual([]);
  db.close();
});

test('a service that is not ready leaves no runtime, and Ctrl+C while it is waited for is no failure', async () => {
  await terminal.stop();
  manifest([{ name: 'web', command: 'echo no such port; exit 9', ready: { url: 'http://127.0.0.1:9/' } }], 'mine.json');
  const failed = await terminal.type(['run', '--services', 'mine.json']);
  expect([failed.code, failed.out]).toEqual([1, '']);
  expect(failed.err).toContain('Service web ended with exit code 9 before it was ready.');
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: false });

  manifest([{ name: 'web', command: 'echo waits; sleep 60', ready: { url: 'http://127.0.0.1:9/' } }]);
  const stopped = await until(['up'], 'web | waits');
  expect([stopped.code, stopped.out]).toEqual([0, 'Stopped by a signal.\n']);
  expect((await terminal.type(['status', '--json'])).json).toMatchObject({ running: false });
});

test('without a manifest up says how one is written, and beside another runtime no service is started', async () => {
  const none = await terminal.type(['up']);
  expect(none.code).toBe(1);
  expect(none.err).toContain('services.json, so no service was started. Write one,');
  const log = join(terminal.folder, 'log');
  manifest([{ name: 'web', command: `echo started >> ${log}` }]);
  const taken = await terminal.type(['up']);
  expect([taken.code, taken.out]).toEqual([1, expect.stringContaining('owns')]);
  expect(existsSync(log)).toBe(false);
});
