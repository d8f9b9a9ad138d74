import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commitAll } from '../../../core/git/commit';
import { readGit, runGit } from '../../../core/git/run';
import { asTrusted, createBench, identity, write } from './fixture';

const bench = createBench();

/** A program in git's place, to see what it is given and to fail in ways that cannot be had from git at will. */
function standIn(script: string): { readonly program: string } {
  const folder = join(bench.folder, `stand-in-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder);
  const program = join(folder, 'git');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { program };
}

const running = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('the environment is made from scratch and names every part of the repository', async () => {
  const place = await bench.repository();
  const { program } = standIn(
    `env > "${bench.folder}/seen-$$"; for a in "$@"; do last=$a; done; [ "$last" = now ] && cat "${bench.folder}/seen-$$"; exit 0`,
  );
  const environment = {
    ...bench.environment,
    GIT_DIR: '/evil',
    GIT_SSH_COMMAND: 'evil',
    LD_PRELOAD: '',
    NODE_OPTIONS: '--evil',
    ANTHROPIC_API_KEY: 'secret',
    SSH_AUTH_SOCK: '/agent',
  };
  const git = { ...bench.git, program, environment };
  const seen = async (trusted: boolean) =>
    Object.fromEntries(
      (await readGit({ ...place, git, trusted }, ['show', 'now']))
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
  const untrusted = await seen(false);
  expect(untrusted).toMatchObject({
    GIT_DIR: place.checkout.gitDir,
    GIT_COMMON_DIR: place.checkout.commonDir,
    GIT_WORK_TREE: place.checkout.workTree,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    HOME: bench.home,
    LC_ALL: 'C.UTF-8',
  });
  for (const name of ['GIT_SSH_COMMAND', 'NODE_OPTIONS', 'ANTHROPIC_API_KEY', 'SSH_AUTH_SOCK', 'LD_PRELOAD'])
    expect(untrusted).not.toHaveProperty(name);
  const trusted = await seen(true);
  expect(trusted).toMatchObject({ SSH_AUTH_SOCK: '/agent', GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:ssh' });
  expect(trusted).not.toHaveProperty('GIT_CONFIG_NOSYSTEM');
  for (const name of ['GIT_SSH_COMMAND', 'NODE_OPTIONS', 'ANTHROPIC_API_KEY']) expect(trusted).not.toHaveProperty(name);
});

test('a failure says what was run, where, with what status and what git said', async () => {
  const place = await bench.repository();
  await expect(runGit(place, ['rev-parse', '--verify', 'no-such-thing'])).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringMatching(/git rev-parse in .* failed with status 128: fatal: Needed a single revision/),
    facts: { args: ['rev-parse', '--verify', 'no-such-thing'], exitCode: 128, directory: place.checkout.workTree },
  });
  expect((await runGit(place, ['rev-parse', '-q', '--verify', 'nothing'], { successExitCodes: [1] })).exitCode).toBe(1);
});

test.each([
  ['fatal: sha1 file write error: No space left on device', 'DISK_FULL'],
  ['error: unable to create file x: Disk quota exceeded', 'DISK_FULL'],
  ["fatal: Unable to create '/x/index.lock': Permission denied", 'NOT_WRITABLE'],
  ['fatal: cannot mkdir .git: Read-only file system', 'NOT_WRITABLE'],
  ['fatal: something else', 'GIT_FAILED'],
])('%j is told as %s', async (words, code) => {
  const place = await bench.repository();
  const { program } = standIn(`echo ${JSON.stringify(words)} >&2; exit 128`);
  const git = { ...bench.git, program };
  await expect(runGit({ ...place, git, trusted: true }, ['status'])).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words),
  });
});

const mayMount = process.getuid?.() === 0 && process.platform === 'linux' && existsSync('/bin/mount');

test.runIf(mayMount)('a disk that is full is told as one, and the work goes on once there is room', async (context) => {
  const disk = join(bench.folder, 'small disk');
  mkdirSync(disk);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]).status !== 0)
    context.skip('not allowed to mount');
  try {
    const place = await bench.repository('small disk/repository');
    const top = place.checkout.workTree;
    const before = bench.plain(top, 'rev-parse', 'HEAD');
    write(top, 'big', randomBytes(1_500_000));
    const filler = join(disk, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
    const commit = () => commitAll(asTrusted(place), { branch: 'main', message: 'Big', identity });
    await expect(commit()).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(/disk is full/) });
    expect(bench.plain(top, 'rev-parse', 'HEAD')).toBe(before);
    expect(existsSync(join(top, '.git/index.lock'))).toBe(false);
    rmSync(filler);
    expect(await commit()).toMatchObject({ kind: 'committed', files: 1 });
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('output beyond the cap is an error, or cut when that is asked for', async () => {
  const place = await bench.repository(undefined, { big: 'x'.repeat(300_000) });
  await expect(runGit(place, ['cat-file', 'blob', ':big'], { maxBytes: 1000 })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringMatching(/more than 1000 bytes/),
  });
  const cut = await runGit(place, ['cat-file', 'blob', ':big'], { maxBytes: 1000, truncate: true });
  expect([cut.stdout.length, cut.truncated]).toEqual([1000, true]);
  expect((await runGit(place, ['cat-file', 'blob', ':big'], { maxBytes: 300_000 })).truncated).toBe(false);
});

test.each(['timeout', 'signal'] as const)('a %s ends the command and everything it started', async (by) => {
  const place = await bench.repository();
  const pids = join(bench.folder, `pids-${by}`);
  const { program } = standIn(
    `trap '' TERM; sleep 1000 & echo $$ $! > "${pids}.new"; mv "${pids}.new" "${pids}"; wait; wait`,
  );
  const controller = new AbortController();
  const call = runGit({ ...place, git: { ...bench.git, program }, trusted: true }, ['status'], {
    signal: controller.signal,
    ...(by === 'timeout' ? { timeoutMs: 300 } : {}),
  });
  if (by === 'signal') {
    const timer = setInterval(() => {
      if (!existsSync(pids)) return;
      clearInterval(timer);
      controller.abort();
    }, 5);
  }
  await expect(call).rejects.toMatchObject({ code: by === 'signal' ? 'CANCELLED' : 'GIT_FAILED' });
  const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
  expect(started).toHaveLength(2);
  await expect.poll(() => started.filter(running), { timeout: 5_000 }).toEqual([]);
});

test('what a hook leaves in the background ends with the command', async () => {
  const place = await bench.repository();
  const pidFile = join(bench.folder, 'background-pid');
  write(place.checkout.gitDir, 'hooks/pre-commit', '');
  writeFileSync(join(place.checkout.gitDir, 'hooks/pre-commit'), `#!/bin/sh\nsleep 1000 &\necho $! > ${pidFile}\n`, {
    mode: 0o755,
  });
  chmodSync(join(place.checkout.gitDir, 'hooks/pre-commit'), 0o755);
  await runGit({ ...place, trusted: true }, ['commit', '--allow-empty', '-m', 'x']);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => running(pid), { timeout: 5_000 }).toBe(false);
});

test('what a hook leaves running outside its group, its output open, does not keep the command from ending', async () => {
  const place = await bench.repository();
  const pidFile = join(bench.folder, 'escaped-pid');
  const hook = `#!/bin/sh\necho seen\nsetsid sh -c 'echo $$ > ${pidFile}; exec sleep 600' &\nwhile [ ! -s ${pidFile} ]; do :; done\n`;
  write(place.checkout.gitDir, 'hooks/post-checkout', '');
  writeFileSync(join(place.checkout.gitDir, 'hooks/post-checkout'), hook);
  chmodSync(join(place.checkout.gitDir, 'hooks/post-checkout'), 0o755);
  onTestFinished(() => void process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL'));
  const { stderr } = await runGit({ ...place, trusted: true }, ['hook', 'run', 'post-checkout']);
  expect(stderr).toContain('seen');
  expect(running(Number(readFileSync(pidFile, 'utf8')))).toBe(true);
}, 20_000);

test('nor does it when the command is cancelled', async () => {
  const place = await bench.repository();
  const pidFile = join(bench.folder, 'escaped-pid-cancelled');
  const { program } = standIn(
    `setsid sh -c 'echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; while :; do echo more; sleep 0.1; done' & trap '' TERM; wait`,
  );
  onTestFinished(() => void process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL'));
  const controller = new AbortController();
  const call = runGit({ ...place, git: { ...bench.git, program }, trusted: true }, ['status'], {
    signal: controller.signal,
  });
  const timer = setInterval(() => {
    if (!existsSync(pidFile)) return;
    clearInterval(timer);
    controller.abort();
  }, 5);
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
}, 20_000);

test('what a trusted command starts carries the variables of its owner, who is told of the command', async () => {
  const place = { ...(await bench.repository()), trusted: true };
  const top = place.checkout.workTree;
  write(top, '.git/hooks/post-commit', '#!/bin/sh\necho "$OWNED $PPID" > owned\n');
  chmodSync(join(top, '.git/hooks/post-commit'), 0o755);
  const told: number[] = [];
  const owner = { variables: { OWNED: 'yes' }, onProcess: ({ pid }: { readonly pid: number }) => told.push(pid) };
  await runGit({ ...place, owner }, ['commit', '--allow-empty', '-m', 'x']);
  expect(readFileSync(join(top, 'owned'), 'utf8')).toBe(`yes ${told[0]}\n`);
  await runGit({ ...place, owner }, ['status'], { silent: true });
  expect(told).toHaveLength(1);
});

test('a program is never found in a folder of the search path that means the checkout', async () => {
  const repository = await bench.repository();
  const { workTree } = repository.checkout;
  write(workTree, 'tools/shout', '#!/bin/sh\ntr a-z A-Z\n');
  chmodSync(join(workTree, 'tools/shout'), 0o755);
  bench.plain(workTree, 'config', 'filter.shout.clean', 'shout || cat');
  write(workTree, '.git/info/attributes', '* filter=shout\n');
  const args = ['hash-object', '--path=a', '--stdin'];
  const at = (path: string) => ({
    ...repository,
    git: { ...bench.git, environment: { ...bench.environment, PATH: `${path}:${bench.environment.PATH}` } },
    trusted: true,
  });
  const plain = await readGit(repository, args, { input: 'a' });
  expect(await readGit(at('tools'), args, { input: 'a' })).toBe(plain);
  expect(await readGit(at(join(workTree, 'tools')), args, { input: 'a' })).not.toBe(plain);
});

test('a folder that is gone is said to be gone, and not the program', async () => {
  const place = await bench.repository();
  rmSync(place.checkout.workTree, { recursive: true });
  await expect(readGit(place, ['status'])).rejects.toMatchObject({
    code: 'NOT_A_REPOSITORY',
    message: `The folder ${place.checkout.workTree} is not there any more. If it was moved or its disk is not mounted, put it back there and try again.`,
  });
  const git = { ...bench.git, program: join(bench.folder, 'no-git') };
  await expect(readGit({ git, directory: bench.folder }, ['status'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
