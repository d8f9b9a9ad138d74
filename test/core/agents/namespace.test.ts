import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Child, endGroup, startChild } from '../../../core/agents/child';
import { findLeftovers } from '../../../core/agents/leftovers';
import { readLines } from '../../../core/agents/lines';
import { enclose, holdsNamespace, type Namespace } from '../../../core/agents/namespace';
import { chosenNamespace, tryNamespace } from '../../../core/agents/namespace-trial';
import { readProcessTable } from '../../../core/agents/process-table';
import { namespaceHere } from '../../support/namespace';

const PATH = process.env.PATH ?? '';
const namespace = { bwrap: '/usr/bin/bwrap', env: '/usr/bin/env', nice: '/usr/bin/nice' };

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-namespace-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('without a namespace a program is started as it is', () => {
  const program = { command: '/bin/agent', args: ['--flag', 'a b'] };
  expect(enclose(null, program)).toBe(program);
});

test('a program comes last, with its arguments as they are, and is never taken for a variable', () => {
  const { args } = enclose(namespace, { command: '/bin/agent', args: ['--flag', 'a b'] });
  expect(args.slice(-3)).toEqual(['/bin/agent', '--flag', 'a b']);
  const odd = enclose(namespace, { command: '/home/a=b/agent', args: [] });
  expect(odd.args.slice(-4)).toEqual(['/usr/bin/nice', '-n', '0', '/home/a=b/agent']);
});

test('what holds a namespace is told from every other use of bubblewrap', () => {
  const { args } = enclose(namespace, { command: '/bin/agent', args: [] });
  expect(holdsNamespace(args.slice(1).join(' '))).toBe(true);
  expect(holdsNamespace('/usr/bin/bwrap --unshare-all --ro-bind / / -- /bin/agent')).toBe(false);
  expect(holdsNamespace('/bin/agent')).toBe(false);
});

test('one that needs a user namespace too is used only where the person wants it', () => {
  const works = { kind: 'works', namespace, version: 'bubblewrap 0.8.0' } as const;
  expect(chosenNamespace({ ...works, ownUsers: false }, 'auto')).toBe(namespace);
  expect(chosenNamespace({ ...works, ownUsers: false }, 'never')).toBeNull();
  expect(chosenNamespace({ ...works, ownUsers: true }, 'auto')).toBeNull();
  expect(chosenNamespace({ ...works, ownUsers: true }, 'always')).toBe(namespace);
  expect(chosenNamespace({ kind: 'fails', reason: 'x', hint: null }, 'always')).toBeNull();
});

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('one that never comes back is given up, though it takes no gentle signal', async () => {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    for (const name of ['env', 'nice', 'readlink', 'sleep']) symlinkSync(`/usr/bin/${name}`, join(programs, name));
    writeFileSync(join(programs, 'bwrap'), "#!/bin/sh\ntrap '' TERM\nexec sleep 600\n", { mode: 0o755 });
    expect(await tryNamespace({ PATH: programs }, 200)).toEqual({
      kind: 'fails',
      reason: `${join(programs, 'bwrap')} took longer than 200 ms`,
      hint: null,
    });
  });

  test('it is said when bubblewrap is not installed, and when the kernel forbids its use', async () => {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    for (const name of ['env', 'nice', 'readlink', 'sh']) symlinkSync(`/usr/bin/${name}`, join(programs, name));
    expect(await tryNamespace({ PATH: programs })).toMatchObject({
      kind: 'fails',
      reason: 'bubblewrap is not installed',
      hint: expect.stringContaining('bubblewrap'),
    });
    const refusal = 'No permissions to create new namespace';
    const bwrap = join(programs, 'bwrap');
    writeFileSync(bwrap, `#!/bin/sh\necho "bwrap: ${refusal}" >&2\nexit 1\n`);
    chmodSync(bwrap, 0o755);
    expect(await tryNamespace({ PATH: programs })).toMatchObject({
      kind: 'fails',
      reason: `${bwrap} could not make one: bwrap: ${refusal}`,
    });
    // One that only passes its arguments on makes no namespace, however well it ends.
    writeFileSync(
      bwrap,
      `#!/bin/sh\nuntil [ $# = 0 ] || [ "$1" = -- ]; do shift; done\n[ $# = 0 ] || { shift; exec "$@"; }\n`,
    );
    expect(await tryNamespace({ PATH: programs })).toMatchObject({ kind: 'fails', reason: `${bwrap} made none` });
  });

  const children: Child[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) await endGroup(child, { graceMs: 100 });
  });
  async function start(here: Namespace, script: string): Promise<Child> {
    const given = { command: '/bin/sh', args: ['-c', script], directory: folder, environment: { PATH } };
    const child = await startChild({ ...given, namespace: here });
    children.push(child);
    return child;
  }
  async function firstLine(child: Child): Promise<string> {
    for await (const line of readLines(child.stdout)) return line;
    return '';
  }

  test('a program in one keeps its folder, environment, exit code and time to end', async ({ skip }) => {
    const here = await namespaceHere(skip);
    const plain = await start(here, 'pwd; exit 3');
    expect(await firstLine(plain)).toBe(folder);
    expect(await plain.ended).toEqual({ code: 3, signal: null });
    const polite = await start(here, 'trap "echo bye > said; exit 7" TERM; echo up; while :; do sleep 0.05; done');
    await firstLine(polite);
    expect(await endGroup(polite)).toEqual({ code: 7, signal: null });
    const interrupted = await start(here, 'trap "exit 9" INT; echo up; while :; do sleep 0.05; done');
    await firstLine(interrupted);
    interrupted.signal('SIGINT');
    expect(await interrupted.ended).toEqual({ code: 9, signal: null });
    await expect(
      startChild({ command: '/nowhere/agent', args: [], directory: folder, environment: {}, namespace: here }),
    ).rejects.toMatchObject({ code: 'AGENT_MISSING' });
  });

  test('a program sees and signals its own by the ids it is shown, and is seen from outside as what it is', async ({
    skip,
  }) => {
    const here = await namespaceHere(skip);
    const child = await start(here, 'sleep 1000 & kill -9 $!; wait $!; echo "$?" "$$"; exec sleep 1000');
    expect(await firstLine(child)).toBe('137 2');
    const own = async () =>
      ((await readProcessTable()) ?? []).filter(({ group }) => group === child.pid).map(({ command }) => command);
    // What it said came before it became what it is now.
    await expect.poll(async () => (await own()).filter((each) => !holdsNamespace(each))).toEqual(['sleep 1000']);
    expect(await own()).toHaveLength(3);
    await endGroup(child);
    expect(findLeftovers({ group: child.pid, marker: null })).toEqual([]);
  });
});
