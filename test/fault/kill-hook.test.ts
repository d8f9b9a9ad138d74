import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, watch } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startOf } from '../../core/git/live';
import { programArgs } from '../support/programs';
import { type Bed, openBed } from '../support/runtime';

let folder: string;
let bed: Bed;
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-kill-hook-')));
  bed = await openBed({ start: false });
});
afterEach(async () => {
  await bed.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first run of the hook says which processes it is made of, then stays; the next ones let the commit pass. */
const stays = (said: string) => `#!/bin/sh
[ -e '${said}' ] && exit 0
setsid sleep 600 &
echo "$$ $PPID $!" > '${said}.draft'
mv '${said}.draft' '${said}'
wait
`;

it.runIf(process.platform === 'linux')(
  'ends a hook that outlived the runtime, with all it started, before the task is worked on again',
  async () => {
    const said = join(folder, 'said');
    const hook = join(bed.repository.path, '.git/hooks/pre-commit');
    await mkdir(join(bed.repository.path, '.git/hooks'), { recursive: true });
    await writeFile(hook, stays(said));
    chmodSync(hook, 0o755);
    await bed.runtime.stop();
    const child = start();
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await appears(said, gone);
    child.kill('SIGKILL');
    await gone;
    const pids = readFileSync(said, 'utf8').trim().split(' ').map(Number);
    // The control: the kill left them all behind.
    const left = await Promise.all(pids.map(startOf));
    expect(left).not.toContain(null);
    try {
      bed = await bed.again(true);
      expect(await Promise.all(pids.map(startOf))).toEqual([null, null, null]);
      const task = await bed.reaches(1, 'review');
      expect((await bed.calls.reviews.get({ task: task.id })).files.map(({ path }) => path)).toEqual(['file-0.txt']);
    } finally {
      for (const [at, pid] of pids.entries()) {
        if ((await startOf(pid)) === left[at]) process.kill(pid, 'SIGKILL');
      }
    }
  },
);

function start(): ChildProcess {
  const { data } = bed.config.folders;
  return spawn(process.execPath, programArgs('runtime', data, bed.repository.path, 'seed', '1'), {
    env: { PATH: process.env.PATH ?? '', HOME: join(bed.folder, 'home'), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Resolves when the file is there; fails when the runtime ends before. */
async function appears(file: string, gone: Promise<unknown>): Promise<void> {
  const leave = new AbortController();
  const there = new Promise<void>((resolve) => {
    watch(folder, { signal: leave.signal }, () => existsSync(file) && resolve());
    if (existsSync(file)) resolve();
  });
  const early = gone.then(() => {
    throw new Error('The runtime ended before its hook ran.');
  });
  await Promise.race([there, early]).finally(() => leave.abort());
}
