import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readServicesMark, setServicesMark } from '../../core/services-mark';
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
  let shown: readonly string[] = [];
  const ended = await until(['up', '--status-port', '0'], 'Switchyard runs here.', async () => {
    const db = openDatabase({ file: terminal.config.folders.database, nativeBinding: null });
    await expect.poll(() => listProcesses(db).length).toBe(1);
    ledger = listProcesses(db).map(({ command }) => command);
    db.close();
    expect(existsSync(log)).toBe(false);
    const { json, out } = await terminal.type(['status', '--json']);
    shown = [json.url, (await terminal.type(['status'])).out, (await terminal.type(['start'])).out];
    expect(out).toContain('"foreground": true');
  });
  const [url, ...texts] = shown;
  expect(ended.err).toContain(`The server listens at ${url}\n`);
  for (const text of texts) expect(text).toContain(`, in a terminal, process ${process.pid},`);
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
  expect(taken.code).toBe(1);
  expect(taken.out).toMatch(
    /^The runtime \(process \d+\), started in the background without services, owns .* already\. Stop it with `switchyard stop`,/,
  );
  expect(existsSync(log)).toBe(false);
});

test('where a runtime with services was killed nothing goes on without them until that is asked for', async () => {
  await terminal.stop();
  const { data } = terminal.config.folders;
  const file = join(data, 'services.json');
  manifest([{ name: 'web', command: 'sleep 60' }]);
  let marked: string | null = null;
  let second = '';
  const ended = await until(['up'], 'Switchyard runs here.', async () => {
    marked = readServicesMark(data);
    second = (await terminal.type(['up'])).out;
  });
  expect([ended.code, marked, readServicesMark(data)]).toEqual([0, file, null]);
  expect(second).toContain(`started in a terminal with the services of ${file}, owns`);

  // As a kill leaves it.
  setServicesMark(data, file);
  for (const _again of [1, 2]) {
    await expect(terminal.start()).rejects.toMatchObject({ code: 'NOT_STARTED', facts: { services: file } });
    const run = await terminal.type(['run', '--json']);
    expect([run.code, run.json.error.message]).toEqual([1, expect.stringContaining('`switchyard up`')]);
    // What only reads shows what it left, and says that nobody goes on with it.
    const read = await terminal.type(['task', 'list', '--json']);
    expect([read.code, Array.isArray(read.json)]).toEqual([0, true]);
    const said = (await terminal.type(['inbox'], { program: 'npm run -s switchyard --' })).err;
    expect(said).toContain(`started with the services of ${file} and was killed`);
    expect(said).toContain('With them: `npm run -s switchyard -- up`.');
    expect(said).toContain('Without them: `npm run -s switchyard -- start --without-services`.');
    const write = await terminal.type(['task', 'cancel', '1']);
    expect([write.code, write.err]).toEqual([1, expect.stringContaining('there is no runtime')]);
  }
  const status = await terminal.type(['status']);
  expect(status.out).toContain('`switchyard start --without-services`');
  expect(status.out).not.toContain('Start one:');

  // Services that cannot be started change nothing of that.
  manifest([{ name: 'web', command: 'exit 9', ready: { url: 'http://127.0.0.1:9/' } }], 'mine.json');
  expect((await terminal.type(['up', '--services', 'mine.json'])).code).toBe(1);
  expect(readServicesMark(data)).toBe(file);
  await until(['up'], 'Switchyard runs here.');
  expect(readServicesMark(data)).toBeNull();
  setServicesMark(data, file);
  const without = await until(['run', '--without-services'], 'Switchyard runs here.');
  expect([without.code, readServicesMark(data)]).toEqual([0, null]);
  await terminal.start();
});

test('status names a service that is not started again', async () => {
  await terminal.stop();
  // A runtime that is started to be asked has none.
  expect(await terminal.type(['service', 'restart', 'web'])).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('`switchyard up` starts one with its services.') },
  });
  const place = join(terminal.folder, 'place');
  mkdirSync(place);
  manifest([
    {
      name: 'web',
      command: `test -e '${place}-again' && exec sleep 60; touch '${place}-again'; rm -rf '${place}'`,
      directory: place,
    },
  ]);
  let shown: readonly unknown[] = [];
  let restarted: readonly unknown[] = [];
  const ended = await until(['up'], 'could not be started again', async () => {
    // Said in the moment before the runtime is there to be asked, or after it.
    await expect.poll(() => terminal.type(['status', '--json'])).toMatchObject({ json: { running: true } });
    shown = [
      (await terminal.type(['status', '--json'])).json.problems,
      (await terminal.type(['status'])).out,
      (await terminal.type(['doctor'])).out,
    ];
    mkdirSync(place);
    const before = (await terminal.type(['status', '--json'])).json;
    const again = (await terminal.type(['service', 'restart', 'web', '--json'])).json;
    restarted = [before, again, (await terminal.type(['status'])).out];
  });
  expect(ended.code).toBe(0);
  expect(restarted).toMatchObject([
    { services: [{ name: 'web', state: 'given-up', restarts: 0 }] },
    { name: 'web', state: 'running', restarts: 1 },
    expect.stringMatching(/^service +web: running, for \S+, started again 1 time$/m),
  ]);
  const problem = expect.stringMatching(
    /^Service web could not be started again: .* \(in the terminal: service restart web\)\.$/,
  );
  expect(shown).toEqual([
    [problem],
    expect.stringMatching(
      /^problem +Service web could not be started again: .* \(switchyard service restart web\)\.$/m,
    ),
    expect.stringMatching(
      /^! service: Service web could not be started again: .*Mend it, .*\n {4}Tasks go on without it\. .*terminal of `switchyard up`\.$/m,
    ),
  ]);
});
