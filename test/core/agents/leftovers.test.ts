import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { endLeftovers } from '../../../core/agents/leftovers';

afterEach(() => void vi.useRealTimers());

const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'latin1');

test.runIf(process.platform === 'linux')(
  'one that shows no environment yet, as a program does that is just being begun, is looked at again',
  async () => {
    // What stands still here for as long as the test likes lasts an instant in the life of every program.
    const program = 'read -r go; exec env SWITCHYARD_TASK=test-begun sleep 100';
    const child = spawn('/usr/bin/env', ['-i', '/bin/sh', '-c', program], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = child.pid ?? 0;
    const ended = once(child, 'exit');
    while (environmentOf(pid) !== '') await turn();

    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const count = endLeftovers({ group: null, marker: 'test-begun' });
    child.stdin.end('go\n');
    while (!environmentOf(pid).includes('SWITCHYARD_TASK')) await turn();
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(await count).toBe(1);
    expect(await ended).toEqual([null, 'SIGKILL']);
  },
);

test.runIf(process.platform === 'linux')('one that never has any is not waited for', async () => {
  const child = spawn('/usr/bin/env', ['-i', '/bin/sleep', '100'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  while (environmentOf(child.pid ?? 0) !== '') await turn();
  expect(await endLeftovers({ group: null, marker: 'test-nobody' })).toBe(0);
  child.kill('SIGKILL');
  await ended;
});
