import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listBranches } from '../../../core/git/branches';
import type { Place } from '../../../core/git/checkout';
import { commitAll } from '../../../core/git/commit';
import { changeSize, listChanges, mergeBase, patch } from '../../../core/git/diff';
import { finishWorktree } from '../../../core/git/finish';
import { guardVariables } from '../../../core/git/guard';
import { readIdentity } from '../../../core/git/identity';
import { inspectPrograms, inspectRepository } from '../../../core/git/inspect';
import { completeLanding, previewLanding, publish } from '../../../core/git/land';
import { listCommits } from '../../../core/git/log';
import { makeMerge, previewMerge } from '../../../core/git/merge';
import { openRepository } from '../../../core/git/open';
import { filesIn, planPutBack, putBack } from '../../../core/git/put-back';
import { reconcileWorktree } from '../../../core/git/recover';
import { removeWorktree } from '../../../core/git/remove';
import { resolveBranch } from '../../../core/git/resolve';
import { restoreSnapshot } from '../../../core/git/restore';
import { backupRef, snapshotWorktree } from '../../../core/git/snapshot';
import { worktreeStatus } from '../../../core/git/status';
import { addWorktree, deleteBranch, reattachWorktree } from '../../../core/git/worktree';
import { asTrusted, createBench, identity, write } from './fixture';

const bench = createBench();

const hookNames = [
  'applypatch-msg',
  'pre-applypatch',
  'pre-commit',
  'pre-merge-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'pre-rebase',
  'post-checkout',
  'post-merge',
  'post-rewrite',
  'reference-transaction',
  'post-index-change',
  'pre-auto-gc',
  'fsmonitor-watchman',
];

/** Configuration that makes git run a program, by the name its canary leaves. */
function traps(program: (name: string) => string): [string, string][] {
  return [
    ['core.fsmonitor', program('fsmonitor')],
    ['core.sshCommand', program('sshCommand')],
    ['core.gitProxy', program('gitProxy')],
    ['core.pager', program('pager')],
    ['core.editor', program('editor')],
    ['sequence.editor', program('sequenceEditor')],
    ['core.askPass', program('askPass')],
    ['core.alternateRefsCommand', program('alternateRefs')],
    ['credential.helper', `!${program('credential')}`],
    ['diff.external', program('diffExternal')],
    ['diff.evil.command', program('diffCommand')],
    ['diff.evil.textconv', program('textconv')],
    ['interactive.diffFilter', program('diffFilter')],
    ['filter.evil.clean', `${program('clean')}; cat`],
    ['filter.evil.smudge', `${program('smudge')}; cat`],
    ['filter.evil.required', 'true'],
    ['filter.slow.process', program('process')],
    ['filter.a=b.c.clean', `${program('clean-odd-name')}; cat`],
    ['filter.a=b.c.smudge', `${program('smudge-odd-name')}; cat`],
    ['merge.evil.driver', `${program('mergeDriver')}; true`],
    ['merge.renormalize', 'true'],
    ['commit.gpgSign', 'true'],
    ['tag.gpgSign', 'true'],
    ['gpg.program', program('gpg')],
    ['gpg.ssh.program', program('gpgSsh')],
    ['gpg.ssh.defaultKeyCommand', program('gpgKey')],
    ['log.showSignature', 'true'],
    ['hook.evil.command', program('configuredHook')],
    ['hook.evil.event', 'post-commit'],
    ['alias.status', `!${program('alias')}`],
    ['pager.log', program('pagerLog')],
    ['trailer.evil.command', program('trailer')],
    ['submodule.inner.update', `!${program('submoduleUpdate')}`],
    ['uploadpack.packObjectsHook', program('packObjects')],
    ['remote.origin.url', `ext::${program('ext')}`],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.uploadpack', program('uploadpack')],
    ['extensions.worktreeConfig', 'false'],
  ];
}

interface Trapped {
  readonly place: Place;
  readonly top: string;
  /** The traps that went off since the last look. */
  fired(): string[];
}

let count = 0;

/** A repository in which every way of running a program is a trap. */
async function trapped(): Promise<Trapped> {
  const canaries = join(bench.folder, `canaries-${++count}`);
  mkdirSync(canaries);
  const program = (name: string) => {
    const path = join(canaries, `${name}.sh`);
    writeFileSync(path, `#!/bin/sh\necho "$@" >> ${canaries}/${name}.fired\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const place = await bench.repository(undefined, {
    '.gitattributes': '*.e filter=evil diff=evil merge=evil\n*.s filter=slow\n*.o filter=a=b.c\n*.x filter=onbranch\n',
    'file.e': 'one\ntwo\n',
    'file.s': 'one\n',
    'file.x': 'one\n',
    'plain.txt': 'one\n',
    'attributes/file.o': 'one\n',
  });
  const top = place.checkout.workTree;
  // A branch to merge, changed in the same file so that the merge driver is asked.
  bench.plain(top, 'checkout', '-q', '-b', 'other');
  write(top, 'file.e', 'zero\none\ntwo\n');
  bench.plain(top, 'commit', '-q', '-am', 'Other');
  bench.plain(top, 'checkout', '-q', 'main');
  write(top, 'file.e', 'one\ntwo\nthree\n');
  bench.plain(top, 'commit', '-q', '-am', 'Main');

  for (const [key, value] of traps(program)) bench.plain(top, 'config', key, value);
  writeFileSync(join(top, '.git/info/attributes'), 'attributes/* filter=a=b.c\n');
  // Configuration that appears only on a task's branch or in a worktree.
  const onBranch = join(top, '.git', 'on-branch');
  writeFileSync(
    onBranch,
    `[filter "onbranch"]\n\tclean = "${program('onbranch-clean')}; cat"\n\tsmudge = "${program('onbranch-smudge')}; cat"\n`,
  );
  bench.plain(top, 'config', 'includeIf.onbranch:switchyard/**.path', onBranch);
  for (const name of hookNames) {
    const hook = join(top, '.git', 'hooks', name);
    writeFileSync(hook, `#!/bin/sh\necho "$@" >> ${canaries}/hook-${name}.fired\n`);
    chmodSync(hook, 0o755);
  }
  return {
    place,
    top,
    fired: () => {
      const names = readdirSync(canaries).filter((name) => name.endsWith('.fired'));
      for (const name of names) rmSync(join(canaries, name));
      return names.map((name) => name.replace(/\.fired$/, '')).sort();
    },
  };
}

/** Every verb once, on a life of a task from worktree to landing, with the checkout dirty. */
async function everyVerb({ place, top }: Trapped): Promise<void> {
  await openRepository(bench.git, top);
  await inspectRepository(place);
  await inspectPrograms(place);
  await listBranches(place);
  await readIdentity(place);
  const startOid = await resolveBranch(place, 'main');
  const name = `task-${place.trusted}`;
  const path = join(bench.folder, `trees-${count}`, name);
  const branch = `switchyard/${name}`;
  const added = await addWorktree(place, { path, branch, startOid });
  if (added.kind !== 'added') throw new Error(added.kind);
  const at = asTrusted(place, added.checkout);
  await finishWorktree(at);
  for (const file of ['file.e', 'file.s', 'file.x', 'attributes/file.o', 'new.e'])
    write(path, file, `changed ${file}\n`);
  await worktreeStatus(at);
  const snapshot = await snapshotWorktree(at, { ref: backupRef(1, 1), at: 1 });
  const done = await commitAll(at, { branch, message: 'Change', identity });
  if (done.kind !== 'committed') throw new Error(`${done.kind} ${JSON.stringify(done)}`);
  for (const to of [snapshot.ref, 'refs/switchyard/checkpoint/1/1']) {
    const now = { ref: `refs/switchyard/checkpoint/1/${to === snapshot.ref ? 1 : 2}`, at: 1, ignored: false };
    const from = await snapshotWorktree(at, { ...now, also: await filesIn(at, to) });
    const plan = await planPutBack(at, { to, from, branch });
    if (plan.kind !== 'planned') throw new Error(plan.kind);
    await putBack(at, plan);
  }
  const range = { base: startOid, head: done.oid };
  await mergeBase(place, range.base, range.head);
  await listChanges(place, range);
  await patch(place, range);
  await changeSize(place, range);
  await listCommits(place, range);
  const otherOid = await resolveBranch(place, 'other');
  await previewMerge(at, { baseOid: startOid, headOid: otherOid });
  const made = await makeMerge(at, {
    strategy: 'merge',
    baseOid: startOid,
    headOid: done.oid,
    message: 'Merge',
    identity,
  });
  if (made.kind !== 'made') throw new Error(made.kind);
  const landing = { branch: 'main', oldOid: startOid, newOid: made.oid };
  write(top, 'plain.txt', 'dirty\n');
  await previewLanding(place, landing);
  const published = await publish(place, landing);
  if (published.kind !== 'landed') throw new Error(JSON.stringify(published));
  await completeLanding(place, landing);
  await reattachWorktree(place, path);
  await reconcileWorktree(place, { path, branch, startOid, ownerDead: true, making: false });
  const last = await snapshotWorktree(at, { ref: backupRef(1, 2), at: 2 });
  await removeWorktree(place, { checkout: added.checkout, snapshot: last });
  const again = await addWorktree(place, { path: `${path}-again`, branch: `${branch}-again`, startOid });
  if (again.kind !== 'added') throw new Error(again.kind);
  await restoreSnapshot({ ...place, checkout: again.checkout }, { ref: snapshot.ref });
  await deleteBranch(place, { branch, oid: done.oid });
}

test('an untrusted repository runs nothing, whatever it configures, in the whole life of a task', async () => {
  const trap = await trapped();
  trap.fired();
  await everyVerb(trap);
  expect(trap.fired()).toEqual([]);
}, 60_000);

test('the traps are real: plain git sets them off', async () => {
  const trap = await trapped();
  const { top } = trap;
  const naked = (...args: string[]) => spawnSync('git', args, { cwd: top, env: bench.environment });
  trap.fired();
  write(top, 'file.e', 'touched\n');
  write(top, 'file.s', 'touched\n');
  write(top, 'plain.txt', 'touched\n');
  naked('add', 'file.s');
  // It speaks no protocol and would end every other command early.
  bench.plain(top, 'config', '--remove-section', 'filter.slow');
  for (const command of [
    ['status'],
    ['add', '-A'],
    ['diff', 'HEAD~1'],
    ['-c', 'diff.external=', 'diff', 'HEAD~1'],
    ['commit', '-m', 'x'],
    ['-c', 'commit.gpgSign=false', 'commit', '-m', 'x'],
    ['checkout', '--', '.'],
    ['merge', 'other'],
    ['log', '-1'],
    ['worktree', 'add', '-b', 'switchyard/naked', `${top}-naked`],
  ]) {
    naked(...command);
  }
  const fired = trap.fired();
  for (const name of [
    'fsmonitor',
    'clean',
    'smudge',
    'diffExternal',
    'diffCommand',
    'gpg',
    'mergeDriver',
    'process',
    'smudge-odd-name',
    'onbranch-smudge',
    'hook-pre-commit',
    'hook-post-checkout',
    'hook-reference-transaction',
    'hook-post-index-change',
  ]) {
    expect(fired, name).toContain(name);
  }
}, 60_000);

test('a trusted repository acts as its owner expects: filters, hooks, merge drivers and signing run', async () => {
  const trap = await trapped();
  const { top } = trap;
  // These would stop the work rather than prove anything: a filter that speaks no protocol, a signer that does not sign.
  bench.plain(top, 'config', '--remove-section', 'filter.slow');
  bench.plain(top, 'config', 'commit.gpgSign', 'false');
  trap.fired();
  await everyVerb({ ...trap, place: { ...trap.place, trusted: true } });
  const fired = trap.fired();
  for (const name of [
    'clean',
    'smudge',
    'mergeDriver',
    'onbranch-smudge',
    'hook-pre-commit',
    'hook-commit-msg',
    'hook-post-commit',
    'hook-post-checkout',
    'hook-post-merge',
    'hook-reference-transaction',
  ]) {
    expect(fired, name).toContain(name);
  }
  for (const name of ['pager', 'editor', 'askPass', 'fsmonitor', 'ext', 'diffExternal', 'textconv', 'diffCommand']) {
    expect(fired, name).not.toContain(name);
  }
}, 60_000);

test("with the guards in its environment an agent's own git runs none of it, and still works", async () => {
  const trap = await trapped();
  const { place, top } = trap;
  const at = { ...bench.environment, ...(await guardVariables(place)) };
  const guarded = (...args: string[]) => spawnSync('git', args, { cwd: top, env: at, encoding: 'utf8' });
  write(top, 'file.e', 'guarded\n');
  write(top, 'plain.txt', 'guarded\n');
  trap.fired();
  for (const command of [
    ['status'],
    ['diff'],
    ['diff', 'HEAD~1'],
    ['log', '-p', '-3'],
    ['add', '-A'],
    ['commit', '-m', 'Guarded'],
    ['checkout', 'HEAD~1', '--', '.'],
    ['stash'],
    ['branch', 'more'],
  ]) {
    const { status, stderr } = guarded(...command);
    expect([status, stderr.replace(/^warning: .*$/gm, '').trim()], command.join(' ')).toEqual([0, '']);
  }
  expect(guarded('diff', 'HEAD~1', '--', 'plain.txt').stdout).toContain('+guarded');
  expect(guarded('diff', 'HEAD~1', '--', 'file.e').stdout).toContain('+guarded');
  guarded('merge', 'other');
  expect(trap.fired()).toEqual([]);
}, 60_000);

test("a trusted repository's hook may itself compare and commit with git", async () => {
  const place = { ...(await bench.repository()), trusted: true };
  const top = place.checkout.workTree;
  write(top, '.git/hooks/pre-commit', '#!/bin/sh\nset -e\ngit diff --cached | grep -q "^+changed"\n');
  chmodSync(join(top, '.git/hooks/pre-commit'), 0o755);
  write(top, 'readme.txt', 'changed\n');
  expect(await commitAll(asTrusted(place), { branch: 'main', message: 'm', identity })).toMatchObject({
    kind: 'committed',
  });
});

test('a signer that fails stops a trusted commit and a trusted merge, and says so', async () => {
  const { place, top } = await trapped();
  bench.plain(top, 'config', '--remove-section', 'filter.slow');
  const at = asTrusted({ ...place, trusted: true });
  write(top, 'plain.txt', 'changed\n');
  await expect(commitAll(at, { branch: 'main', message: 'm', identity })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringMatching(/sign/),
  });
  const [baseOid, headOid] = [await resolveBranch(place, 'main'), await resolveBranch(place, 'other')];
  await expect(makeMerge(at, { strategy: 'squash', baseOid, headOid, message: 'm', identity })).rejects.toMatchObject({
    code: 'GIT_FAILED',
  });
});

test('a submodule set up in the worktree runs nothing either', async () => {
  const trap = await trapped();
  const inner = await trapped();
  const { place, top } = trap;
  bench.plain(top, 'config', '--remove-section', 'filter.slow');
  const added = await addWorktree(place, {
    path: `${top}-tree`,
    branch: 'switchyard/with-inner',
    startOid: await resolveBranch(place, 'main'),
  });
  if (added.kind !== 'added') throw new Error(added.kind);
  const { workTree } = added.checkout;
  // As an agent might: a repository in a folder, made part of the index as a submodule, then edited.
  bench.plain(bench.folder, 'clone', '-q', '--no-checkout', inner.top, join(workTree, 'inner'));
  const nested = join(workTree, 'inner');
  for (const key of ['fsmonitor', 'hooksPath'])
    bench.plain(nested, 'config', `core.${key}`, bench.plain(inner.top, 'config', 'core.fsmonitor').trim());
  bench.plain(nested, 'config', 'filter.evil.clean', bench.plain(inner.top, 'config', 'filter.evil.clean').trim());
  spawnSync('git', ['checkout', '-q', 'HEAD', '--', '.'], { cwd: nested, env: bench.environment });
  bench.plain(
    workTree,
    'update-index',
    '--add',
    '--cacheinfo',
    `160000,${bench.plain(nested, 'rev-parse', 'HEAD').trim()},inner`,
  );
  write(nested, 'file.e', 'edited\n');
  trap.fired();
  inner.fired();
  const at = asTrusted(place, added.checkout);
  await worktreeStatus(at);
  await commitAll(at, { branch: 'switchyard/with-inner', message: 'm', identity });
  await snapshotWorktree(at, { ref: backupRef(2, 2), at: 2 });
  expect([trap.fired(), inner.fired()]).toEqual([[], []]);
  bench.plain(workTree, '-c', 'core.hooksPath=/dev/null', 'status');
  expect(inner.fired()).not.toEqual([]);
}, 60_000);

test('no name is taken for an option, a revision or a path elsewhere', async () => {
  const place = await bench.repository();
  const top = place.checkout.workTree;
  const canary = join(bench.folder, 'option-canary');
  const startOid = await resolveBranch(place, 'main');
  const hostile = [
    `--output=${canary}`,
    `-o${canary}`,
    `--upload-pack=touch ${canary}`,
    `--exec=touch ${canary}`,
    '--',
    '-',
    '--all',
    '-c',
    'HEAD@{0}',
    ':/First',
    '..',
    '../..',
    'a..b',
    '^main',
    'main^{/x}',
    `$(touch ${canary})`,
    `\`touch ${canary}\``,
    `; touch ${canary}`,
    `| touch ${canary}`,
    `ext::sh -c "touch ${canary}"`,
    ':(exclude)*',
    ':!x',
    'x\ny',
    '\u202egnp.exe',
  ];
  for (const name of hostile) {
    const quietly = (work: Promise<unknown>) => work.catch((error) => expect(error.code).toBeTypeOf('string'));
    await quietly(resolveBranch(place, name));
    await quietly(mergeBase(place, name, startOid));
    await quietly(listChanges(place, { base: name, head: startOid }));
    await quietly(listChanges(place, { base: startOid, head: name }));
    await quietly(patch(place, { base: startOid, head: startOid, paths: [name] }));
    await quietly(patch(place, { base: name, head: startOid }));
    await quietly(listCommits(place, { base: startOid, head: name }));
    await quietly(previewMerge(place, { baseOid: startOid, headOid: name }));
    await quietly(publish(place, { branch: name, oldOid: startOid, newOid: startOid }));
    await quietly(snapshotWorktree(place, { ref: name, at: 1 }));
    await quietly(restoreSnapshot(place, { ref: name }));
    await quietly(openRepository(bench.git, name));
  }
  expect(existsSync(canary)).toBe(false);
  expect(bench.plain(top, 'for-each-ref', '--format=%(refname)', 'refs/heads').trim()).toBe('refs/heads/main');
  // The positive control: these do fire when a name is not fenced in.
  spawnSync('git', ['log', `--output=${canary}`], { cwd: top, env: bench.environment });
  expect(existsSync(canary)).toBe(true);
}, 120_000);
