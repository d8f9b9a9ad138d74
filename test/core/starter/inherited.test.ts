import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { socketFor } from '../../../core/host/records';
import { hostProgram, starterProgram } from '../../support/host';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-inherited-')));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.runIf(process.platform === 'linux')('what whoever started it had open is not held open', () => {
  it('by a host', async () => {
    const [run, outputs] = [join(folder, 'run'), join(folder, 'terminals')];
    for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
    const id = '0123456789abcdef';
    const host = spawn(hostProgram.command, [...hostProgram.args, run, outputs, '1', id, socketFor(run, id)], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    await letsGo(host, { ready: 3, left: 4 });
  });

  it('by a starter', async () => {
    const starter = spawn(starterProgram.command, [...starterProgram.args], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    });
    await letsGo(starter, { ready: 1, left: 3 });
  });
});

/** A pipe is a socket here; the last one is meant for nobody. */
async function letsGo(child: ChildProcess, { ready, left }: { readonly ready: number; readonly left: number }) {
  try {
    const closed = once((child.stdio[left] as Socket).resume(), 'end');
    const [said] = await once(child.stdio[ready] as Socket, 'data');
    expect(String(said)).toContain('ready');
    // It would close them at its end as well.
    await closed;
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}
