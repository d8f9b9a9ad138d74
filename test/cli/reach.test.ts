import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reach } from '../../cli/reach';
import { readConfig } from '../../core/config';
import { claimDataFolder } from '../../core/owner';
import { serveSocket } from '../../core/server/socket';
import { version } from '../../core/version';
import { doorRouter, temporaryFolder } from '../core/server/door';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test('a command waits for a runtime that starts, says so, and starts none of its own', async () => {
  const claimed = claimDataFolder({ folder: folder.path, nativeBinding: null });
  if (claimed.kind !== 'owned') throw new Error('taken');
  const record = { pid: process.pid, startedAt: Date.now(), version, owner: 'app', socket: null } as const;
  claimed.announce(record);
  const config = readConfig({ SWITCHYARD_HOME: folder.path });
  let reached: ReturnType<typeof reach> | undefined;
  const said = await new Promise((resolve) => {
    // A program that cannot be started: trying to would fail the command.
    reached = reach(config, ['/nowhere/switchyard'], resolve);
    reached.catch(resolve);
  });
  expect(said).toMatch(/^Waiting for the runtime/);
  const served = await serveSocket({
    router: doorRouter().router,
    path: join(folder.path, 'run', 'socket'),
    version,
    log: () => {},
  });
  claimed.announce({ ...record, socket: served.path });
  const connection = await reached;
  expect(await connection?.client.settings.list()).toEqual({ concurrency: 4 });
  connection?.close();
  await served.close();
  claimed.release();
});

test('whoever starts a runtime leaves what another one printed, and quotes only its own', async () => {
  const config = readConfig({ SWITCHYARD_HOME: folder.path });
  const log = join(config.folders.logs, 'background.log');
  mkdirSync(config.folders.logs);
  writeFileSync(log, 'the winner said this\n');
  const failed = reach(config, ['/bin/sh', '-c', 'echo the loser said this'], () => {});
  await expect(failed).rejects.toThrow(/Its last words:\nthe loser said this$/);
  expect(readFileSync(log, 'utf8')).toBe('the winner said this\nthe loser said this\n');
});

test('a runtime is started without the services of one that was killed only where that is asked for', async () => {
  const config = readConfig({ SWITCHYARD_HOME: folder.path });
  const program = ['/bin/sh', '-c', 'echo "asked: $*"', 'sh'];
  await expect(reach(config, program, () => {})).rejects.toThrow(/asked: serve$/);
  const asked = reach(config, program, () => {}, { withoutServices: true });
  await expect(asked).rejects.toThrow(/asked: serve --without-services$/);
});

test('what runtimes print does not grow without end', async () => {
  const config = readConfig({ SWITCHYARD_HOME: folder.path });
  const log = join(config.folders.logs, 'background.log');
  mkdirSync(config.folders.logs);
  writeFileSync(log, 'x'.repeat(1024 * 1024 + 1));
  await expect(reach(config, ['/bin/sh', '-c', 'echo new'], () => {})).rejects.toThrow('new');
  expect([statSync(`${log}.1`).size, readFileSync(log, 'utf8')]).toEqual([1024 * 1024 + 1, 'new\n']);
});
