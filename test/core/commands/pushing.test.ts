import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PushProgress, StoppedPush } from '../../../core/contract/remote';
import type { Review } from '../../../core/contract/review';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { openPushes, pushesOf, recordPush } from '../../../core/store/pushes';
import { type GitServing, startGitServer } from '../../support/git-server';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let server: Awaited<ReturnType<typeof startGitServer>>;
let serving: Partial<GitServing> = {};
let root: string;
beforeAll(async () => {
  bed = await openBed();
  root = join(bed.folder, 'remotes');
  mkdirSync(root);
  server = await startGitServer(() => ({ root, ...serving }));
  const bare = join(root, 'api.git');
  execFileSync('git', ['init', '-q', '--bare', bare]);
  execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
  await bed.repository.git('remote', 'add', 'origin', `${server.url}/api.git`);
  await bed.repository.git('push', '-q', 'origin', 'main');
  await bed.calls.settings.set({
    name: 'forges',
    value: [{ host: server.url.slice('http://'.length), kind: 'github', api: `${server.url}/api/v3` }],
  });
});
afterAll(async () => {
  await bed.close();
  await server.close();
});

async function inReview(prompt = '[write: hello.txt | hello]') {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const made = { repositoryId: repository.id, title: 'Say hello', prompt, agent: 'echo' };
  const { id: task } = await bed.calls.tasks.create(made);
  const { branch } = await bed.reaches(task, 'review');
  return { task, branch: branch ?? '', review: await bed.calls.reviews.get({ task }) };
}

const there = (branch: string) => {
  const args = ['-C', join(root, 'api.git'), 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`];
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
};

function pushed(task: number, { head, tree }: Pick<Review, 'head' | 'tree'>, url = `${server.url}/api.git`) {
  return bed.calls.tasks.push({ task, head, tree, remote: 'origin', url });
}

const kinds = async (task: number) =>
  (await bed.calls.decisions.list({ task })).map(({ text }) => JSON.parse(text)).filter(({ kind }) => kind === 'push');

test('a change in review is pushed as it was shown, again after it was changed, and every push is in the record', async () => {
  const { task, branch, review } = await inReview();
  expect(await bed.calls.repositories.remotes({ repository: 1 })).toEqual({
    remotes: [
      {
        name: 'origin',
        urls: [`${server.url}/api.git`],
        forge: { kind: 'github', host: server.url.slice('http://'.length) },
      },
    ],
    usual: 'origin',
  });
  expect(await pushed(task, review)).toEqual({
    ...{
      task,
      remote: 'origin',
      url: `${server.url}/api.git`,
      branch,
      oid: review.head,
      already: false,
      putBack: false,
    },
    compareUrl: `${server.url}/api/compare/main...${encodeURIComponent(branch)}?expand=1`,
  });
  expect(there(branch)).toBe(review.head);
  const kept = () => bed.calls.tasks.pushes({ task });
  const where = { remote: 'origin', url: `${server.url}/api.git`, branch, oid: review.head, isOpen: false };
  expect(await kept()).toEqual([{ ...where, at: expect.any(Number), hasAll: true }]);
  expect(await pushed(task, review)).toMatchObject({ already: true });
  await bed.calls.reviews.write({ task, head: review.head, path: 'hello.txt', text: 'hello, world\n' });
  expect(await kept()).toMatchObject([{ ...where, hasAll: false }]);
  await expect(pushed(task, review)).rejects.toMatchObject({
    code: 'MOVED',
    message: expect.stringContaining('moved since'),
  });
  await bed.calls.reviews.undo({ task });
  await bed.calls.reviews.write({ task, head: review.head, path: 'hello.txt', text: 'hello, you\n' });
  const next = await bed.calls.reviews.get({ task });
  expect(await pushed(task, next)).toMatchObject({ oid: next.head, already: false });
  // Going back is no fast-forward, and is from where the last push left it all the same.
  await bed.calls.reviews.undo({ task });
  expect(await pushed(task, review)).toMatchObject({ oid: review.head, already: false });
  expect((await bed.calls.tasks.get({ task })).state).toBe('review');
  expect(await kinds(task)).toMatchObject([
    { answered: { branch }, shown: { head: review.head } },
    { shown: { head: review.head } },
    { shown: { head: next.head } },
    { shown: { head: review.head } },
  ]);
});

test('a change is not pushed over what somebody else put there, past edits nobody saw, or to another address', async () => {
  const { task, branch, review } = await inReview();
  const main = await bed.repository.git('rev-parse', 'main');
  execFileSync('git', ['-C', join(root, 'api.git'), 'branch', branch, main]);
  await expect(pushed(task, review)).rejects.toMatchObject({
    code: 'MOVED',
    message: expect.stringContaining('not pushed from here'),
  });
  execFileSync('git', ['-C', join(root, 'api.git'), 'branch', '-D', branch]);
  const elsewhere = pushed(task, review, `${server.url}/other.git`);
  await expect(elsewhere).rejects.toMatchObject({ code: 'MOVED', message: expect.stringContaining('is not at') });
  const { worktree } = await bed.calls.tasks.get({ task });
  writeFileSync(join(worktree ?? '', 'unseen.txt'), 'unseen');
  await expect(pushed(task, review)).rejects.toMatchObject({
    message: expect.stringContaining('Nothing was pushed: the worktree'),
  });
  rmSync(join(worktree ?? '', 'unseen.txt'));
  await pushed(task, review);
  const theirs = await bed.repository.git('commit-tree', '-p', review.head, '-m', 'Theirs', `${review.head}^{tree}`);
  await bed.repository.git('push', '-q', 'origin', `${theirs}:refs/heads/${branch}`);
  await bed.calls.reviews.write({ task, head: review.head, path: 'hello.txt', text: 'more\n' });
  const next = await bed.calls.reviews.get({ task });
  await expect(pushed(task, next)).rejects.toMatchObject({
    code: 'MOVED',
    message: expect.stringContaining('Somebody else moved it'),
  });
  expect([there(branch), (await kinds(task)).length]).toEqual([theirs, 1]);

  // What that says to do is enough, either of it: with all of theirs in the change nothing is lost, nor where it is gone.
  await bed.repository.git('-C', worktree ?? '', 'merge', '-q', '--no-edit', theirs);
  const merged = await bed.calls.reviews.get({ task });
  expect(await pushed(task, merged)).toMatchObject({ already: false, oid: merged.head });
  expect(there(branch)).toBe(merged.head);
  // Who put it back may have meant to take something out of it.
  execFileSync('git', ['-C', join(root, 'api.git'), 'branch', '-f', branch, main]);
  await expect(pushed(task, merged)).rejects.toMatchObject({
    code: 'MOVED',
    message: expect.stringContaining(`was put back to ${main.slice(0, 10)}`),
  });
  expect(there(branch)).toBe(main);
  execFileSync('git', ['-C', join(root, 'api.git'), 'branch', '-D', branch]);
  expect(await pushed(task, merged)).toMatchObject({ already: false, putBack: true });
  expect([there(branch), (await kinds(task)).length]).toEqual([merged.head, 3]);
  await bed.calls.tasks.discard({ task });
  await expect(pushed(task, merged)).rejects.toMatchObject({ code: 'WRONG_STATE' });
});

test('a branch that is moved whenever it is pushed to is not pushed to without end', async () => {
  const { task, branch, review } = await inReview();
  await pushed(task, review);
  const write = async (text: string) => {
    const { head } = await bed.calls.reviews.get({ task });
    await bed.calls.reviews.write({ task, head, path: 'hello.txt', text });
    return bed.calls.reviews.get({ task });
  };
  const between = await write('between\n');
  execFileSync('git', ['push', '-q', join(root, 'api.git'), `${between.head}:refs/heads/kept`], {
    cwd: bed.repository.path,
  });
  const last = await write('last\n');
  // It goes to and fro, each time to a place that the change has.
  const hook = join(root, 'api.git', 'hooks', 'update');
  const other = `[ "$2" = ${review.head} ] && to=${between.head} || to=${review.head}`;
  writeFileSync(hook, `#!/bin/sh\necho x >> '${root}/pushes'\n${other}\ngit update-ref "$1" $to\n`, { mode: 0o755 });
  try {
    await expect(pushed(task, last)).rejects.toMatchObject({
      code: 'MOVED',
      message: expect.stringContaining(`${branch} on ${server.url}/api.git is being moved by somebody else`),
    });
  } finally {
    rmSync(hook);
  }
  expect(readFileSync(join(root, 'pushes'), 'utf8')).toBe('x\nx\n');
  expect(await pushed(task, last)).toMatchObject({ oid: last.head, already: false });
});

test('where a remote is pushed to elsewhere than it is fetched from, what somebody else did is looked for there', async () => {
  const fork = join(root, 'fork.git');
  execFileSync('git', ['init', '-q', '--bare', fork]);
  await bed.repository.git('remote', 'set-url', '--push', 'origin', fork);
  try {
    const { task, branch, review } = await inReview();
    await pushed(task, review, fork);
    const theirs = await bed.repository.git('commit-tree', '-p', review.head, '-m', 'Theirs', `${review.head}^{tree}`);
    await bed.repository.git('push', '-q', fork, `${theirs}:refs/heads/${branch}`);
    const { worktree } = await bed.calls.tasks.get({ task });
    await bed.repository.git('-C', worktree ?? '', 'merge', '-q', '--no-ff', '--no-edit', theirs);
    const merged = await bed.calls.reviews.get({ task });
    expect(await pushed(task, merged, fork)).toMatchObject({ oid: merged.head, already: false });
  } finally {
    await bed.repository.git('config', '--unset-all', 'remote.origin.pushurl');
  }
});

test('what the other side refuses, or did without being able to say so, is known afterwards', async () => {
  const { task, branch, review } = await inReview();
  const hook = join(root, 'api.git', 'hooks', 'update');
  writeFileSync(hook, '#!/bin/sh\necho "No branches today." >&2\nexit 1\n');
  chmodSync(hook, 0o755);
  await expect(pushed(task, review)).rejects.toMatchObject({
    code: 'REMOTE_FAILED',
    message: expect.stringContaining('No branches today.'),
  });
  rmSync(hook);
  expect(await kinds(task)).toEqual([]);
  serving = { dropAnswer: (request) => request.url?.endsWith('/git-receive-pack') === true };
  await expect(pushed(task, review)).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  serving = {};
  // The branch is there, and the record says so.
  expect([there(branch), (await kinds(task)).length]).toEqual([review.head, 1]);
  expect(await pushed(task, review)).toMatchObject({ already: true });
});

test('every door is told how far a push has come, and can stop it, which says what is on the remote', async () => {
  const { task, branch, review } = await inReview();
  const left = new AbortController();
  const told: (PushProgress | null)[] = [];
  let ended = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const follow = async (): Promise<void> => {
    for await (const change of await bed.calls.changes.follow(undefined, { signal: left.signal })) {
      if (change.type !== 'push.changed' || change.task !== task) continue;
      told.push(change.progress);
      if (change.progress === null) ended();
    }
  };
  const following = follow();
  await expect(bed.calls.tasks.stopPush({ task })).rejects.toMatchObject({ code: 'WRONG_STATE' });

  // Stopped when it has begun to send.
  const stop = new Promise<StoppedPush>((resolve, reject) => {
    serving = {
      before: (request) => {
        if (request.method !== 'POST') return true;
        serving = {};
        bed.calls.tasks.stopPush({ task }).then(resolve, reject);
        return false;
      },
    };
  });
  const nothing = `The push was stopped. Right after that nothing of it was on ${server.url}/api.git.`;
  await expect(pushed(task, review)).rejects.toMatchObject({ code: 'CANCELLED', message: nothing });
  expect(await stop).toEqual({ task, there: false, message: nothing });
  await isOver;
  expect(told[0]).toEqual({ step: 'preparing', percent: null, sent: '' });
  expect([there(branch), await kinds(task)]).toEqual(['', []]);

  // Stopped when the other side has done it, before it could say so.
  const late = new Promise<StoppedPush>((resolve, reject) => {
    serving = {
      dropAnswer: (request) => {
        if (request.method !== 'POST') return false;
        serving = {};
        bed.calls.tasks.stopPush({ task }).then(resolve, reject);
        return true;
      },
    };
  });
  const outcome = await pushed(task, review).catch((cause: Error) => cause);
  const all = `${branch} on ${server.url}/api.git has all of it.`;
  expect(await late).toMatchObject({ there: true, message: expect.stringContaining(all) });
  expect(outcome).toMatchObject({ message: expect.stringContaining(all) });
  expect([there(branch), (await kinds(task)).length]).toEqual([review.head, 1]);
  expect(await pushed(task, review)).toMatchObject({ already: true });
  left.abort();
  await following;
});

test('a push that a crash cut short is found out about at the next start, whether it happened or not', async () => {
  const [did, didNot] = [await inReview(), await inReview()];
  await bed.runtime.stop();
  await bed.repository.git('push', '-q', 'origin', `${did.review.head}:refs/heads/${did.branch}`);
  const db = openDatabase({ file: bed.config.folders.database });
  for (const { task, branch, review } of [did, didNot]) {
    const push = { task, remote: 'origin', url: `${server.url}/api.git`, branch, oldOid: null, newOid: review.head };
    const shown = { shown: null, answered: null, request: null, rule: null };
    const decision = { at: 1, by: 'person', kind: 'push' as const, task, repository: bed.repository.path, ...shown };
    recordPush(db, { ...push, decision, at: 1 });
  }
  expect(pushesOf(db, did.task)).toMatchObject([{ branch: did.branch, isOpen: true, at: 1 }]);
  closeDatabase(db);
  bed = await bed.again(true);
  // A push settles the one before it first, so the start need not be waited for.
  expect(await pushed(didNot.task, didNot.review)).toMatchObject({ already: false });
  expect(await pushed(did.task, did.review)).toMatchObject({ already: true });
  expect([(await kinds(did.task)).length, (await kinds(didNot.task)).length]).toEqual([2, 1]);
  await bed.runtime.stop();
  const after = openDatabase({ file: bed.config.folders.database });
  expect(openPushes(after)).toEqual([]);
  closeDatabase(after);
  bed = await bed.again(true);
});
