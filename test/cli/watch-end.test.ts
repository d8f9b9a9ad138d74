import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hungUp } from '../../cli/watch-end';
import { ownerFile } from '../../core/owner-record';
import { version } from '../../core/version';
import { temporaryFolder } from '../core/server/door';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'run'));
});
afterEach(() => folder.remove());

const record = (pid: number, startedAt = 1) =>
  ({ pid, startedAt, version, owner: 'background', socket: '/s' }) as const;
const announce = (owner: unknown) => writeFileSync(ownerFile(folder.path), JSON.stringify(owner));
const ask = (owner: ReturnType<typeof record>) =>
  hungUp({ data: folder.path, run: join(folder.path, 'run') }, owner, 'switchyard', 0);

test('a runtime that was stopped or followed ended as somebody wanted; one that died or hangs up alive did not', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const dead = record(child.pid ?? 0);
  announce(dead);
  expect(await ask(dead)).toEqual({
    exit: 1,
    text: expect.stringMatching(/was killed, or it crashed\..*switchyard start\n$/),
  });
  announce(record(process.pid, 2));
  expect(await ask(dead)).toEqual({ exit: 0, text: expect.stringContaining('another one has taken over') });
  expect(await ask(record(process.pid, 2))).toEqual({ exit: 1, text: expect.stringContaining('lives on') });
  rmSync(ownerFile(folder.path));
  expect(await ask(dead)).toEqual({ exit: 0, text: 'The runtime has stopped. To start it again: switchyard start\n' });
});
