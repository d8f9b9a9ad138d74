import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hookDoorFile, openHookDoorOf } from '../../../core/hook-door';
import type { HookAnswer, HookCall } from '../../../core/server/hooks';
import { hookProgram } from '../../support/host';

const endings: (() => unknown)[] = [];
let folder: string;
const calls: HookCall[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-hooks-'));
  calls.length = 0;
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

async function openDoor(answer: (call: HookCall) => HookAnswer | Promise<HookAnswer>): Promise<() => Promise<void>> {
  const take = async (call: HookCall) => {
    calls.push(call);
    return answer(call);
  };
  const { close } = await openHookDoorOf(folder, take, () => {});
  let closed: Promise<void> | undefined;
  const once = () => {
    closed ??= close();
    return closed;
  };
  endings.push(once);
  return once;
}

/** Starts the program as a hook of a screen does. */
function hook(event: object, key = 'the key'): { child: ChildProcess; ended: Promise<{ code: number; said: string }> } {
  const child = spawn(hookProgram.command, [...hookProgram.args], {
    env: { SWITCHYARD_HOOK_DOOR: hookDoorFile(folder), SWITCHYARD_HOOK_KEY: key },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  endings.push(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout?.on('data', (piece) => {
    said += piece;
  });
  child.stdin?.end(JSON.stringify(event));
  const ended = new Promise<{ code: number; said: string }>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, said }));
  });
  return { child, ended };
}

const asking = { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: 'make' } };

it('passes on what a hook says, and what is answered to it', async () => {
  await openDoor(() => ({ kind: 'answer', value: { yes: true } }));
  expect(await hook(asking).ended).toEqual({ code: 0, said: '{"yes":true}' });
  expect(calls).toMatchObject([{ key: 'the key', event: asking }]);
});

it('says nothing to a hook that only tells, whether somebody is there or not', async () => {
  expect(await hook({ hook_event_name: 'Stop' }).ended).toEqual({ code: 0, said: '' });
  await openDoor(() => ({ kind: 'answer', value: null }));
  expect(await hook({ hook_event_name: 'Stop' }).ended).toEqual({ code: 0, said: '' });
});

it('a question outlives the door it came in by, and is asked again at the next one', async () => {
  const { ended } = hook(asking);
  const first = await openDoor(() => new Promise(() => {}));
  await expect.poll(() => calls.length).toBe(1);
  await first();
  await expect.poll(() => calls[0]?.over.aborted).toBe(true);
  await openDoor(() => ({ kind: calls.length < 3 ? 'later' : 'answer', value: 'at last' }) as HookAnswer);
  expect(await ended).toEqual({ code: 0, said: '"at last"' });
});

it('tells when nobody waits for the answer any more', async () => {
  await openDoor(() => new Promise(() => {}));
  const { child } = hook(asking);
  await expect.poll(() => calls.length).toBe(1);
  child.kill('SIGTERM');
  await expect.poll(() => calls[0]?.over.aborted).toBe(true);
});

it('can be opened by its owner alone, and hangs up on what says too much or nothing', async () => {
  await openDoor(() => ({ kind: 'answer', value: null }));
  const { socket } = JSON.parse(readFileSync(hookDoorFile(folder), 'utf8')) as { socket: string };
  expect(statSync(socket).mode & 0o077).toBe(0);
  expect(statSync(hookDoorFile(folder)).mode & 0o077).toBe(0);
  const talk = (text: string) =>
    new Promise<string>((resolve) => {
      let said = '';
      const line = createConnection(socket, () => line.write(text));
      line.on('error', () => {});
      line.on('data', (piece) => {
        said += piece;
      });
      line.on('close', () => resolve(said));
    });
  expect(await talk('no json\n')).toBe('\n');
  expect(await talk('x'.repeat(9 * 1024 * 1024))).toBe('');
  expect(await talk('{}\n')).toBe('\n');
  expect(calls.map(({ key }) => key)).toEqual(['']);
});
