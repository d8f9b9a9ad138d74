import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { socketFor } from '../../../core/host/records';
import { hostProgram } from '../../support/host';

it.runIf(process.platform === 'linux')('a host holds no line that whoever started it had open', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-inherited-')));
  const [run, outputs] = [join(folder, 'run'), join(folder, 'terminals')];
  for (const each of [run, outputs]) mkdirSync(each, { mode: 0o700 });
  const id = '0123456789abcdef';
  const host = spawn(hostProgram.command, [...hostProgram.args, run, outputs, '1', id, socketFor(run, id)], {
    // A pipe is a socket here; the fifth is meant for nobody.
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
  });
  try {
    const closed = once((host.stdio[4] as unknown as Socket).resume(), 'end');
    const [ready] = await once(host.stdio[3] as unknown as Socket, 'data');
    expect(String(ready)).toBe('ready');
    // It would close them at its end as well.
    await closed;
    expect([host.exitCode, host.signalCode]).toEqual([null, null]);
  } finally {
    const gone = once(host, 'exit');
    host.kill('SIGTERM');
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
});
