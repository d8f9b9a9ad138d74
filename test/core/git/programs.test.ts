import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { standing } from '../../../core/commands/standing';
import type { Comment } from '../../../core/contract/comment';
import type { Place } from '../../../core/git/checkout';
import { findGit } from '../../../core/git/git';
import { readIdentity } from '../../../core/git/identity';
import { inspectPrograms } from '../../../core/git/inspect';
import { openRepository, readHead } from '../../../core/git/open';
import { type PutBackPlan, planPutBack, putBack } from '../../../core/git/put-back';
import { snapshotWorktree } from '../../../core/git/snapshot';
import type { CommentRow } from '../../../core/store/comments';
import { createBench, write } from './fixture';

const bench = createBench();

/** A repository behind a git that notes each program started, and how many an action starts. */
async function counting() {
  const place = await bench.repository();
  const [program, log] = [join(bench.folder, 'counting-git'), join(bench.folder, 'started')];
  writeFileSync(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${(await findGit(bench.environment)).program}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const at: Place = { ...place, git: { ...bench.git, program } };
  const started = async (action: () => Promise<unknown>) => {
    rmSync(log, { force: true });
    await action();
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => line.replace(/^.*--literal-pathspecs (-c \S+ )*/, '').split(' ', 1)[0]);
  };
  // What the configuration says, and where it is, is read once for all of them.
  await inspectPrograms(at);
  await readIdentity(at);
  return { at, started };
}

test('what is asked of a repository all the time takes one git program or none', async () => {
  const { at, started } = await counting();
  expect(await started(() => readHead(at))).toEqual([]);
  expect(await started(() => readIdentity(at))).toEqual(['config']);
  expect(await started(() => readIdentity(at)), 'the same bytes').toEqual([]);
  expect(await started(() => openRepository(at.git, at.checkout.workTree))).toEqual(['rev-parse']);
  expect(await started(() => openRepository(at.git, at.checkout.workTree)), 'found before').toEqual([]);
  const { head } = await openRepository(at.git, at.checkout.workTree);
  expect(await started(() => inspectPrograms(at, head)), 'what the commit brings is known').toEqual([]);
});

test('the state of a worktree is kept with as few git programs as it takes', async () => {
  const { at, started } = await counting();
  let time = 0;
  const keep = () => {
    time += 1_000;
    return snapshotWorktree(at, { ref: `refs/switchyard/checkpoint/1/${time}`, at: time, ignored: false });
  };
  const clean = ['ls-files', 'hash-object', 'unpack-objects', 'update-ref'];
  expect(await started(keep)).toEqual(clean);
  // With edits what is staged is a tree of its own.
  write(at.checkout.workTree, 'new.txt', 'new');
  expect((await started(keep)).sort()).toEqual([...clean, 'write-tree'].sort());
});

test('going back reads what it needs once', async () => {
  const { at, started } = await counting();
  const top = at.checkout.workTree;
  const kept = { at: 1_000, ignored: false };
  const to = await snapshotWorktree(at, { ...kept, ref: 'refs/switchyard/checkpoint/1/1' });
  write(top, 'readme.txt', 'edited');
  const from = await snapshotWorktree(at, { ...kept, ref: 'refs/switchyard/checkpoint/1/2' });
  let plan: PutBackPlan | undefined;
  const planning = await started(async () => {
    plan = await planPutBack(at, { to: to.oid, from, branch: 'main' });
  });
  // That the files are still those of the snapshot is seen without a tree of them.
  expect(planning.sort()).toEqual(['cat-file', 'hash-object', 'ls-files', 'ls-tree', 'rev-list']);
  if (plan?.kind !== 'planned') throw new Error(plan?.kind);
  const planned = plan;
  expect(await started(() => putBack(at, planned))).toEqual([
    'cat-file',
    ...['read-tree', 'update-index', 'update-index'],
  ]);
  expect(readFileSync(join(top, 'readme.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
});

test('many comments ask once what was renamed, and once for each file', async () => {
  const { at, started } = await counting();
  const top = at.checkout.workTree;
  const files = Array.from({ length: 6 }, (_, number) => `file-${number}.txt`);
  const commit = (text: string) => {
    for (const file of files) write(top, file, text);
    bench.plain(top, 'add', '-A');
    bench.plain(top, 'commit', '-q', '-m', text);
    return bench.plain(top, 'rev-parse', 'HEAD').trim();
  };
  const [head, later] = [commit('one\ntwo\n'), commit('zero\none\ntwo\n')];
  const comments = [...files, ...files].map(
    (path, number): CommentRow => ({
      ...{ id: number + 1, task: 1, place: { path, side: 'new', lines: { first: 2, last: 2 } }, head, mergeBase: head },
      ...{ quote: 'two', text: 'Why?', by: 'Ada', reviewer: null, createdAt: 1, sentAt: 2, resolvedAt: null },
    }),
  );
  let found: readonly Comment[] = [];
  const programs = await started(async () => {
    found = await standing(at, comments, { mergeBase: head, head: later, state: 'review' });
  });
  expect(programs).toEqual(Array.from({ length: 1 + files.length }, () => 'diff-tree'));
  expect(found.map(({ fate, now }) => [fate, now?.lines?.first])).toEqual(comments.map(() => ['moved', 3]));
});
