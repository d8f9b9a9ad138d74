import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presentSettings } from '../../../core/git/agent-settings';
import type { Place } from '../../../core/git/checkout';
import { inspectPrograms, inspectRepository } from '../../../core/git/inspect';
import { isTrusted, knownPrograms, trustedWith } from '../../../core/git/trusted';
import { createBench, write } from './fixture';

const bench = createBench();

test('a plain repository runs nothing and has nothing to say', async () => {
  const place = await bench.repository();
  expect(await inspectRepository(place)).toMatchObject({ programs: [], notices: [] });
});

const additions: [string, (top: string) => void, RegExp][] = [
  [
    'a hook',
    (top) => {
      write(top, '.git/hooks/pre-commit', '#!/bin/sh\n');
      chmodSync(join(top, '.git/hooks/pre-commit'), 0o755);
    },
    /^hook pre-commit$/,
  ],
  [
    'a filter',
    (top) => void bench.plain(top, 'config', 'filter.x.clean', 'evil\nline'),
    /^filter\.x\.clean = evil\?line$/,
  ],
  ['a file watcher', (top) => void bench.plain(top, 'config', 'core.fsmonitor', '/tmp/x'), /^core\.fsmonitor = /],
  ['an ssh command', (top) => void bench.plain(top, 'config', 'core.sshCommand', 'ssh -i x'), /^core\.sshcommand = /],
  [
    'a credential helper',
    (top) => void bench.plain(top, 'config', 'credential.https://example.test.helper', '!x'),
    /^credential\./,
  ],
  ['a merge driver', (top) => void bench.plain(top, 'config', 'merge.x.driver', 'x'), /^merge\.x\.driver = /],
  ['a text converter', (top) => void bench.plain(top, 'config', 'diff.x.textconv', 'x'), /^diff\.x\.textconv = /],
  ['a signer', (top) => void bench.plain(top, 'config', 'gpg.program', 'x'), /^gpg\.program = /],
  ['a pager', (top) => void bench.plain(top, 'config', 'core.pager', 'x'), /^core\.pager = /],
  [
    'a hooks folder',
    (top) => void bench.plain(top, 'config', 'core.hooksPath', '.husky'),
    /^core\.hookspath = \.husky$/,
  ],
  [
    'an included file',
    (top) => {
      write(top, 'more', '[core]\n\tsshCommand = x\n');
      bench.plain(top, 'config', 'include.path', '../more');
    },
    /^include\.path = /,
  ],
  [
    'attributes of its own',
    (top) => write(top, '.git/info/attributes', '* filter=x\n'),
    /^info\/attributes: \* filter=x$/,
  ],
  [
    "an agent's settings",
    (top) => write(top, '.claude/settings.json', '{"hooks":{}}'),
    /^for agents: \.claude\/settings\.json$/,
  ],
  ["an agent's servers", (top) => write(top, '.mcp.json', '{}'), /^for agents: \.mcp\.json$/],
  [
    "an agent's plugins",
    (top) => write(top, '.agents/plugins/x/hooks/hooks.json', '{}'),
    /^for agents: \.agents\/plugins\/x\/hooks\/hooks\.json$/,
  ],
];

const trustHash = async (place: Place) => (await inspectPrograms(place)).trustHash;

test.each(additions)('%s is shown and changes the hash', async (_, add, line) => {
  const place = await bench.repository();
  const before = await trustHash(place);
  expect(await trustHash(place)).toBe(before);
  add(place.checkout.workTree);
  const after = await inspectRepository(place);
  expect(after.programs).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
  expect(after.trustHash).not.toBe(before);
  expect(await trustHash({ ...place, trusted: true })).toBe(after.trustHash);
});

test('the content of a hook and of committed agent settings counts, ordinary work does not', async () => {
  const place = await bench.repository(undefined, { '.claude/settings.json': '{}', 'code.ts': '1' });
  const top = place.checkout.workTree;
  const settings = await trustHash(place);
  write(top, '.claude/settings.json', '{"a":1}');
  const edited = await trustHash(place);
  bench.plain(top, 'commit', '-q', '-am', 'Settings');
  const committed = await trustHash(place);
  expect(new Set([settings, edited, committed]).size).toBe(3);
  write(top, 'code.ts', '2');
  write(top, 'AGENTS.md', 'words');
  bench.plain(top, 'commit', '-q', '-am', 'Work');
  bench.plain(top, 'config', 'user.name', 'Other');
  bench.plain(top, 'config', 'diff.algorithm', 'histogram');
  bench.plain(top, 'branch', 'more');
  expect(await trustHash(place)).toBe(committed);
  write(top, '.git/hooks/pre-push', 'one');
  expect(await trustHash(place), 'a hook that cannot run is none').toBe(committed);
  chmodSync(join(top, '.git/hooks/pre-push'), 0o755);
  const one = await trustHash(place);
  write(top, '.git/hooks/pre-push', 'two');
  expect(new Set([committed, one, await trustHash(place)]).size).toBe(3);
});

test("what links among an agent's settings lead to counts, files and folders, wherever that is", async () => {
  const place = await bench.repository(undefined, { 'agents/settings.json': '{}', 'agents/hooks/stop.sh': 'one' });
  const top = place.checkout.workTree;
  const outside = join(bench.folder, 'outside.json');
  writeFileSync(outside, '{}');
  mkdirSync(join(top, '.claude'));
  symlinkSync('../agents/settings.json', join(top, '.claude/settings.json'));
  symlinkSync('../agents/hooks', join(top, '.claude/hooks'));
  symlinkSync(outside, join(top, '.mcp.json'));
  // A folder in itself is gone through once.
  symlinkSync('.', join(top, 'agents/hooks/again'));
  const hashes = [await trustHash(place)];
  for (const file of [join(top, 'agents/settings.json'), join(top, 'agents/hooks/stop.sh'), outside]) {
    writeFileSync(file, '{"another":1}');
    hashes.push(await trustHash(place));
  }
  expect(new Set(hashes).size).toBe(4);
  expect((await inspectPrograms(place)).programs).toEqual([
    'for agents: .claude/hooks/again',
    'for agents: .claude/hooks/stop.sh',
    'for agents: .claude/settings.json',
    'for agents: .mcp.json',
  ]);
});

test('a second link to settings of agents is one of them, and those that lead beyond what is looked through say so', async () => {
  const place = await bench.repository(undefined, { 'shared/stop.sh': 'one', 'readme.txt': 'x' });
  const top = place.checkout.workTree;
  const outside = join(bench.folder, 'outside');
  mkdirSync(outside);
  for (const folder of ['.claude', '.agents', '.config']) mkdirSync(join(top, folder));
  symlinkSync('../shared', join(top, '.claude/hooks'));
  const one = await trustHash(place);
  symlinkSync('../shared', join(top, '.agents/hooks'));
  expect(await trustHash(place)).not.toBe(one);
  symlinkSync('..', join(top, '.agents/plugins'));
  symlinkSync('../.git', join(top, '.config/goose'));
  symlinkSync(outside, join(top, 'shared/beyond'));
  const { programs, trustHash: before } = await inspectPrograms(place);
  const unasked = 'what changes in it is not asked about again';
  expect(programs).toEqual([
    'for agents: .agents/hooks',
    `for agents: .agents/plugins (leads to the whole checkout; ${unasked})`,
    `for agents: .claude/hooks/beyond (leads out of the checkout, to ${outside}; ${unasked})`,
    'for agents: .claude/hooks/stop.sh',
    `for agents: .config/goose (is what git keeps; ${unasked})`,
  ]);
  // Nothing that git or ordinary work writes is a change of them.
  write(top, 'work.txt', 'new');
  write(outside, 'more.txt', 'new');
  bench.plain(top, 'add', 'work.txt');
  expect(await trustHash(place)).toBe(before);
});

test('settings of agents are looked through as far as the bounds go, and what is beyond them is told', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  for (const name of ['a', 'b', 'c']) write(top, `.claude/hooks/${name}`, name);
  write(top, '.agents/hooks/large', 'x'.repeat(20));
  bench.plain(top, 'init', '-q', '.agents/plugins/cloned');
  const told = async (bounds: { entries: number; bytes: number }) =>
    [...(await presentSettings(top, bounds))].flatMap(([path, { unseen }]) => (unseen === null ? [] : [path]));
  expect(await told({ entries: 6, bytes: 23 })).toEqual(['.agents/plugins/cloned/.git']);
  expect(await told({ entries: 6, bytes: 22 })).toEqual(['.agents/plugins/cloned/.git', '.agents/hooks/large']);
  expect(await told({ entries: 3, bytes: 23 })).toEqual(['.agents/plugins', '.agents/hooks']);
  expect(await told({ entries: 0, bytes: 23 })).toEqual(['.claude/hooks', '.agents/plugins', '.agents/hooks']);
});

test('what was taken away since it was trusted is trusted still, and what was added or changed is not', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const hook = (name: string, text: string) => {
    write(top, `.git/hooks/${name}`, text);
    chmodSync(join(top, '.git/hooks', name), 0o755);
  };
  const look = () => inspectPrograms(place);
  hook('pre-commit', 'one');
  hook('pre-push', 'two');
  const kept = trustedWith(await look());
  const [byAnEarlierVersion = ''] = kept.split(' ');
  const trusted = async () => {
    const now = await look();
    return [kept, byAnEarlierVersion, null].map((hash) => isTrusted(now, hash));
  };
  expect(await trusted()).toEqual([true, true, false]);
  rmSync(join(top, '.git/hooks/pre-push'));
  // The hash of all alone does not say what is gone.
  expect(await trusted()).toEqual([true, false, false]);
  hook('pre-push', 'other');
  expect(await trusted()).toEqual([false, false, false]);
  expect(knownPrograms((await look()).each, kept)).toEqual([true, false]);
  for (const name of ['pre-commit', 'pre-push']) rmSync(join(top, '.git/hooks', name));
  expect(await trusted(), 'nothing is left to be asked about').toEqual([true, true, false]);
});

test('what the person configures for all repositories is theirs and is not shown', async () => {
  const place = await bench.repository();
  bench.plain(bench.folder, 'config', '--global', 'filter.mine.clean', 'cat');
  expect((await inspectRepository(place)).programs).toEqual([]);
  bench.plain(bench.folder, 'config', '--global', '--remove-section', 'filter.mine');
});

test.each<[string, (place: Place) => void | Promise<void>, RegExp]>([
  [
    'a dirty checkout',
    ({ checkout }) => write(checkout.workTree, 'new', ''),
    /^One file in the checkout is not committed; .* without it\.$/,
  ],
  ['a detached HEAD', ({ checkout }) => void bench.plain(checkout.workTree, 'checkout', '-q', '--detach'), /detached/],
  [
    'LFS',
    ({ checkout }) => {
      write(checkout.workTree, 'deep/.gitattributes', '*.psd filter=lfs diff=lfs merge=lfs -text\n');
      bench.plain(checkout.workTree, 'add', '-A');
      bench.plain(checkout.workTree, 'commit', '-q', '-m', 'LFS');
    },
    /LFS/,
  ],
  [
    'submodules',
    async ({ checkout }) => {
      const inner = await bench.repository();
      bench.plain(
        checkout.workTree,
        '-c',
        'protocol.file.allow=always',
        'submodule',
        'add',
        '-q',
        inner.checkout.workTree,
        'inner',
      );
      bench.plain(checkout.workTree, 'commit', '-q', '-m', 'Submodule');
    },
    /one submodule/,
  ],
  [
    'an unborn HEAD',
    ({ checkout }) => {
      bench.plain(checkout.workTree, 'checkout', '-q', '--orphan', 'fresh');
      bench.plain(checkout.workTree, 'rm', '-rqf', '.');
    },
    /no commit yet/,
  ],
])('%s is noticed', async (_, make, words) => {
  const place = await bench.repository();
  await make(place);
  const { notices } = await inspectRepository(place);
  expect(notices).toEqual([expect.stringMatching(words)]);
  rmSync(place.checkout.workTree, { recursive: true });
});
