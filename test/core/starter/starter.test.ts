import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { pack, type Said } from '../../../core/starter/messages';
import { type Execution, execute } from '../../../core/starter/process';
import { createStarter, type Starter } from '../../../core/starter/starter';
import { starterProgram } from '../../support/host';
import { lives } from '../../support/lives';
import { until } from '../../support/until';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-starter-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = { PATH: process.env.PATH ?? '' };
/** A script as what is run; `sh` stands for git, whose own ways do not matter here. */
const script = (text: string, more: Partial<Execution> = {}): Execution => ({
  program: '/bin/sh',
  args: ['-c', text],
  directory: folder,
  environment,
  ...more,
});

function openStarter(program = starterProgram, onUnusable: (reason: string) => void = expect.unreachable): Starter {
  const starter = createStarter({ program, environment, onUnusable });
  onTestFinished(() => starter.close());
  return starter;
}

/** The process that starts what is run there. */
const parentOf = async ({ execute }: Pick<Starter, 'execute'>) =>
  Number((await execute(script('echo $PPID'))).stdout.toString());

/** A program that runs until it is ended, which says its number in a file first. */
function endless(name: string): { readonly what: Execution; readonly begun: () => Promise<number> } {
  const file = join(folder, name);
  return {
    what: script(`trap '' TERM; echo $$ > ${name}.new; mv ${name}.new ${name}; sleep 1000 & wait; wait`),
    async begun() {
      await until(() => existsSync(file));
      return Number(readFileSync(file, 'utf8'));
    },
  };
}

describe.each([
  ['from a small process', openStarter],
  ['from this process', () => ({ execute })],
] as const)('a program started %s', (_, open) => {
  test('is heard on its standard error while it runs', async () => {
    const { execute } = open();
    const go = join(folder, `go-${_.length}`);
    let heard = '';
    const what = script(`echo first >&2; until [ -e '${go}' ]; do sleep 0.01; done; echo last >&2`, {
      onStderr(text) {
        heard += text;
        if (heard === 'first\n') writeFileSync(go, '');
      },
    });
    expect(await execute(what)).toMatchObject({ stderr: 'first\nlast\n', exitCode: 0 });
    expect(heard).toBe('first\nlast\n');
  });

  test('is heard in all it prints while it runs, and a signal that ended it is told', async () => {
    const { execute } = open();
    let heard = '';
    const onOutput = (bytes: Buffer) => {
      heard += bytes;
    };
    const end = await execute(script('echo one; echo two >&2; head -c 3000000 /dev/zero; kill -9 $$', { onOutput }));
    expect(end).toMatchObject({ signalled: true, stdout: Buffer.alloc(0) });
    expect(heard.replaceAll('\0', '').trim().split('\n').sort()).toEqual(['one', 'two']);
    expect(heard).toHaveLength('one\ntwo\n'.length + 3_000_000);
  });

  test('is given its input, folder and environment and nothing else, and tells what it printed and how it ended', async () => {
    const { execute } = open();
    const input = randomBytes(3_000_000);
    const told: { pid: number; command: string }[] = [];
    const what = script('pwd >&2; env | grep -c . >&2; cat; exit 7', {
      environment: { PATH: environment.PATH, ONLY: 'this' },
      input,
      onProcess: (one) => told.push(one),
    });
    const { stdout, stderr, ...how } = await execute(what);
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(createHash('sha256').update(input).digest('hex'));
    // The shell adds PWD and its own last command to what it was given.
    expect(stderr).toMatch(new RegExp(`^${folder}\n[2-4]\n$`));
    expect(how).toEqual({ exitCode: 7, signalled: false, truncated: false });
    expect(told).toEqual([{ pid: expect.any(Number), command: `/bin/sh -c ${what.args[1]}` }]);
    expect((await execute(script('cat; echo read'))).stdout.toString()).toBe('read\n');
    expect((await execute(script('cat; echo read', { input: '' }))).stdout.toString()).toBe('read\n');
  });

  test('is one of many at once, each with its own answer', async () => {
    const { execute } = open();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, number) => execute(script(`cat; echo ${number}`, { input: `given ${number}\n` }))),
    );
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(
      answers.map((_, number) => `given ${number}\n${number}\n`),
    );
  });

  test('that the system starts in no way fails with what to do, and the next one runs', async () => {
    const { execute } = open();
    await expect(execute(script(`: ${'x'.repeat(3_000_000)}`, { name: 'npm test' }))).rejects.toMatchObject({
      code: 'NOT_STARTED',
      message: expect.stringMatching(/^Could not start npm test in .*E2BIG.*shorten its command or the environment/),
    });
    expect((await execute(script('echo ran'))).stdout.toString()).toBe('ran\n');
  });

  test('is cut off beyond what it may print', async () => {
    const { stdout, truncated } = await open().execute(script('yes', { maxBytes: 100_001 }));
    expect([stdout.length, truncated]).toEqual([100_001, true]);
  });

  test('ends when it is cancelled or takes too long, with all it started', async () => {
    const { execute } = open();
    const first = endless(`cancelled-${_.length}`);
    const control = new AbortController();
    const call = execute({ ...first.what, name: 'npm test', signal: control.signal });
    const pid = await first.begun();
    control.abort();
    await expect(call).rejects.toMatchObject({
      code: 'CANCELLED',
      message: 'npm test was cancelled before it finished.',
    });
    expect(lives(pid)).toBe(false);
    await expect(execute({ ...first.what, signal: control.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    const late = execute(script('exec sleep 1000', { timeoutMs: 200 }));
    await expect(late).rejects.toMatchObject({ code: 'GIT_FAILED', message: expect.stringContaining('took longer') });
  });

  test('that cannot be, because it or its folder is not there, says which', async () => {
    const { execute } = open();
    const gone = execute(script('true', { directory: join(folder, 'gone') }));
    await expect(gone).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY', facts: { directory: join(folder, 'gone') } });
    const nowhere = { ...script('true'), program: '/nowhere/git' };
    const says = (begin: string) => ({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`Could not start ${begin} in`),
    });
    await expect(execute(nowhere)).rejects.toMatchObject(says('git'));
    await expect(execute({ ...nowhere, name: `npm test ${'x'.repeat(200)}\nmore` })).rejects.toMatchObject(
      says(`npm test ${'x'.repeat(71)}…`),
    );
  });
});

test('a program is held up while nobody takes what it prints', async () => {
  let [size, go] = [0, () => {}];
  const taken = new Promise<void>((resolve) => {
    go = resolve;
  });
  const onOutput = (bytes: Buffer) => {
    size += bytes.length;
  };
  const call = execute(script('head -c 3000000 /dev/zero', { onOutput, untilTaken: () => taken }));
  await until(() => size > 0);
  // Meanwhile one that prints more than twice as much is read to its end.
  await execute(script('head -c 8000000 /dev/zero'));
  expect(size).toBeLessThan(3_000_000);
  go();
  expect(await call).toMatchObject({ exitCode: 0 });
  expect(size).toBe(3_000_000);
});

describe('the small process', () => {
  test('starts everything, and another is begun when it was killed: what ran fails and is ended', async () => {
    const starter = openStarter();
    const first = await parentOf(starter);
    expect(first).not.toBe(process.pid);
    expect(await parentOf(starter)).toBe(first);
    const running = endless('orphaned');
    const call = starter.execute(running.what);
    const pid = await running.begun();
    process.kill(first, 'SIGKILL');
    await expect(call).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringMatching(/^sh in .* was interrupted: .* SIGKILL/),
    });
    await until(() => !lives(pid));
    const second = await parentOf(starter);
    expect([second === first, second === process.pid, lives(second)]).toEqual([false, false, true]);
  });

  test.runIf(process.platform === 'linux')(
    'has all that it began ended also when it is killed before it told of it, and nothing else',
    async () => {
      const link = join(folder, 'link');
      symlinkSync(folder, link);
      const what = script(': > "untold$MORE-$$"; sleep 1000 & wait', { directory: link });
      const other = { ...what, environment: { ...environment, MORE: '1' } };
      const starts = ({ args, environment, directory }: Execution) =>
        `spawn('/bin/sh', ${JSON.stringify(args)}, { cwd: ${JSON.stringify(directory)}, env: ${JSON.stringify(environment)}, detached: true, stdio: 'ignore' })`;
      const [ready] = pack({ kind: 'ready' } as Said);
      // The two that are alike in all are told apart by their numbers alone.
      const program = `
        const { spawn } = require('node:child_process'), { readdirSync } = require('node:fs');
        process.stdout.write(Buffer.from('${ready?.toString('hex')}', 'hex'));
        process.stdin.once('data', () => {
          ${starts(other)}; ${starts(what)}; ${starts(what)};
          setInterval(() => {
            const begun = readdirSync(${JSON.stringify(folder)}).filter((name) => name.startsWith('untold'));
            if (begun.length === 3) process.kill(process.pid, 'SIGKILL');
          }, 10);
        });`;
      const starter = openStarter({ ...starterProgram, args: ['-e', program] });
      const calls = [starter.execute(what), starter.execute(what)];
      const ends = await Promise.allSettled(calls);
      const begun = (name: string) =>
        readdirSync(folder).flatMap((file) => (file.startsWith(`${name}-`) ? [Number(file.split('-')[1])] : []));
      const [left = 0] = begun('untold1');
      onTestFinished(() => void process.kill(-left, 'SIGKILL'));
      expect(ends).toMatchObject([{ reason: { code: 'GIT_FAILED' } }, { reason: { code: 'GIT_FAILED' } }]);
      expect(begun('untold')).toHaveLength(2);
      await until(() => !begun('untold').some(lives));
      expect(lives(left)).toBe(true);
    },
  );

  test('outlives what a terminal tells it, and its programs inherit nothing of it', async () => {
    const starter = openStarter();
    const pid = await parentOf(starter);
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.kill(pid, signal);
    expect(await parentOf(starter)).toBe(pid);
    // No more than from this process: what a program inherits it may keep for good.
    const descriptors = async (run: Starter['execute']) =>
      (await run(script('exec ls /proc/self/fd'))).stdout.toString().trim().split('\n').length;
    expect(await descriptors(starter.execute)).toBeLessThanOrEqual(await descriptors(execute));
  });

  test.runIf(process.platform === 'linux')('stays small, whatever went through it', async () => {
    /** By how many MB what it holds itself has grown. */
    const grown = async (starter: Starter, what: readonly Execution[]) => {
      const held = async () => {
        const status = readFileSync(`/proc/${await parentOf(starter)}/status`, 'utf8');
        return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
      };
      const before = await held();
      for (const one of what) await starter.execute(one);
      return (await held()) - before;
    };
    const size = 40 * 1024 * 1024;
    const small = Array.from({ length: 16 }, () => script('cat', { input: Buffer.alloc(1024 * 1024, 1) }));
    expect(await grown(openStarter(), small)).toBeLessThan(16);
    // What lies in the way of giving all of it back is no more than it: it was held twice and more.
    const large = [script('cat > /dev/null', { input: Buffer.alloc(size, 1) }), script(`head -c ${size} /dev/zero`)];
    for (const what of large) expect(await grown(openStarter(), [what])).toBeLessThan(60);
    const unasked = openStarter({ ...starterProgram, args: ['--no-expose-gc', ...starterProgram.args] });
    expect(await grown(unasked, small)).toBeGreaterThan(24);
  });

  test.each([
    ['cannot be started', { ...starterProgram, command: '/nowhere/node' }, /ENOENT/],
    [
      'ends before it began',
      { ...starterProgram, args: ['-e', 'console.error("why"); process.exit(3)'] },
      /status 3: why/,
    ],
  ])(
    'is not needed: where it %s, this process starts what was asked and all that follows',
    async (_, program, reason) => {
      const told: string[] = [];
      const starter = openStarter(program, (why) => told.push(why));
      const answers = await Promise.all([parentOf(starter), parentOf(starter)]);
      expect(answers).toEqual([process.pid, process.pid]);
      expect(await parentOf(starter)).toBe(process.pid);
      expect(told).toEqual([expect.stringMatching(reason)]);
    },
  );

  test('ends when it is closed, and later programs are started from this process', async () => {
    const starter = openStarter();
    const pid = await parentOf(starter);
    await starter.close();
    expect(lives(pid)).toBe(false);
    expect(await parentOf(starter)).toBe(process.pid);
  });

  test('closes by cancelling what may be cut short, and tells how the rest finished', async () => {
    const starter = openStarter();
    const pid = await parentOf(starter);
    const [fetch, check] = [endless('fetch'), endless('check')];
    const mayEnd = { signal: new AbortController().signal, graceMs: 10 };
    const cancelled = [
      starter.execute({ ...fetch.what, ...mayEnd }),
      starter.execute({ ...check.what, onOutput() {}, graceMs: 10 }),
    ].map((call) => expect(call).rejects.toMatchObject({ code: 'CANCELLED' }));
    const moved = starter.execute(script('echo > moving; until [ -e move ]; do sleep 0.01; done; echo moved'));
    await Promise.all([fetch.begun(), check.begun(), until(() => existsSync(join(folder, 'moving')))]);
    const closed = starter.close();
    // Before what moves a checkout has finished.
    await Promise.all(cancelled);
    writeFileSync(join(folder, 'move'), '');
    expect(await moved).toMatchObject({ stdout: Buffer.from('moved\n'), exitCode: 0 });
    await closed;
    expect(lives(pid)).toBe(false);
  });

  test.each([
    ['killed when it died', 3],
    ['left alone when it ended of its own accord: their numbers may be those of others', 0],
  ])('that is gone has the groups it never told the end of %s', async (_, status) => {
    const other = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
    const killed = vi.spyOn(process, 'kill');
    onTestFinished(() => {
      killed.mockRestore();
      other.kill('SIGKILL');
    });
    const tell = (message: object) => {
      const [head] = pack(message as Said);
      return `process.stdout.write(Buffer.from('${head?.toString('hex')}', 'hex'))`;
    };
    const started = { kind: 'started', id: 1, pid: other.pid, command: '' };
    const ends = `process.stdin.once('data', () => { ${tell(started)}; process.exitCode = ${status}; process.stdin.destroy(); })`;
    const starter = openStarter({ ...starterProgram, args: ['-e', `${tell({ kind: 'ready' })}; ${ends}`] });
    await expect(starter.execute(script('true'))).rejects.toMatchObject({
      message: expect.stringContaining(`ended with status ${status}`),
    });
    expect(killed.mock.calls).toEqual(status === 0 ? [] : [[-Number(other.pid), 'SIGKILL']]);
  });

  test('keeps nobody from ending, and is gone with what it runs when whoever began it is, killed or not', async () => {
    const file = join(folder, 'owner.ts');
    const check = endless('left');
    writeFileSync(
      file,
      `import { createStarter } from ${JSON.stringify(join(process.cwd(), 'core/starter/starter.ts'))};
       const program = ${JSON.stringify(starterProgram)};
       const starter = createStarter({ program, environment: {}, onUnusable: () => {} });
       const run = (text, more) => starter.execute({ program: '/bin/sh', args: ['-c', text], directory: ${JSON.stringify(folder)}, environment: process.env, ...more });
       process.stdout.write((await run('echo $PPID')).stdout);
       if (process.argv[2] === 'stay') {
         // A check, which minds no signal but the last, and a git that is at work.
         void run(${JSON.stringify(check.what.args[1])}, { onOutput() {}, graceMs: 10 });
         void run('echo > working; until [ -e ended ]; do sleep 0.01; done; echo > finished');
         setInterval(() => {}, 1000);
       }`,
    );
    for (const how of ['leave', 'stay']) {
      const owner = spawn(
        process.execPath,
        ['--no-warnings', '--import', join(process.cwd(), 'test/support/typescript.mjs'), file, how],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const ended = new Promise((resolve) => owner.once('exit', resolve));
      const pid = await new Promise<number>((resolve) => owner.stdout.once('data', (text) => resolve(Number(text))));
      expect(pid).not.toBe(owner.pid);
      if (how === 'stay') {
        const checking = await check.begun();
        await until(() => existsSync(join(folder, 'working')));
        owner.kill('SIGKILL');
        await until(() => !lives(checking));
        // Ended with the runtime, while what works for a moment is let finish.
        expect([lives(pid), existsSync(join(folder, 'finished'))]).toEqual([true, false]);
        writeFileSync(join(folder, 'ended'), '');
        await until(() => existsSync(join(folder, 'finished')));
      }
      await ended;
      await until(() => !lives(pid));
    }
  });
});
