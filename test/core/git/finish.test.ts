import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Checkout, Place } from '../../../core/git/checkout';
import { finishWorktree } from '../../../core/git/finish';
import { addWorktree, reattachWorktree } from '../../../core/git/worktree';
import { asTrusted, createBench, write } from './fixture';

const bench = createBench();

/** A trusted repository that runs hooks and a filter out of its own files, on `main` and in every worktree. */
async function withOwnPrograms(): Promise<{ place: Place; start: string; ran: () => string[] }> {
  const place = { ...(await bench.repository()), trusted: true };
  const top = place.checkout.workTree;
  const log = `${top}.log`;
  for (const name of ['post-checkout', 'post-index-change', 'reference-transaction', 'smudge']) {
    const pass = name === 'smudge' ? '\ntr a-z A-Z' : '';
    write(top, `.programs/${name}`, `#!/bin/sh\necho ${name} "$PWD" >> '${log}'${pass}\n`);
    chmodSync(join(top, '.programs', name), 0o755);
  }
  write(top, '.gitattributes', '*.loud filter=loud\n');
  write(top, 'a/file.loud', 'quiet\n');
  bench.plain(top, 'add', '-A');
  bench.plain(top, 'commit', '-q', '-m', 'Programs');
  bench.plain(top, 'config', 'core.hooksPath', '.programs');
  bench.plain(top, 'config', 'filter.loud.smudge', './.programs/smudge');
  bench.plain(top, 'config', 'filter.loud.clean', 'tr A-Z a-z');
  bench.plain(top, 'config', 'filter.loud.required', 'true');
  const ran = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { place, start: bench.plain(top, 'rev-parse', 'HEAD').trim(), ran };
}

let count = 0;

async function added(place: Place, startOid: string): Promise<Checkout> {
  const path = join(bench.folder, 'trees', `${++count}`);
  const result = await addWorktree(place, { path, branch: `switchyard/${count}`, startOid });
  if (result.kind !== 'added') throw new Error(result.kind);
  return result.checkout;
}

const loud = (checkout: Checkout) => readFileSync(join(checkout.workTree, 'a/file.loud'), 'utf8');
const edits = ({ workTree }: Checkout) =>
  bench.plain(workTree, '-c', 'core.hooksPath=/dev/null', 'status', '--porcelain');

test('nothing a branch brings runs while its worktree is made; all of it does once it may', async () => {
  const { place, start, ran } = await withOwnPrograms();
  const checkout = await added(place, start);
  expect(ran().filter((line) => line.endsWith(checkout.workTree))).toEqual([]);
  expect(loud(checkout)).toBe('quiet\n');
  expect(await finishWorktree(asTrusted(place, checkout))).toEqual([]);
  expect(ran()).toEqual(
    expect.arrayContaining(['smudge', 'post-checkout'].map((name) => `${name} ${checkout.workTree}`)),
  );
  expect(loud(checkout)).toBe('QUIET\n');
  expect(edits(checkout)).toBe('');
  expect(await reattachWorktree(place, checkout.workTree)).toEqual(checkout);
});

test('a worktree is finished once, and what is written in it afterwards stays', async () => {
  const { place, start, ran } = await withOwnPrograms();
  const checkout = await added(place, start);
  await finishWorktree(asTrusted(place, checkout));
  write(checkout.workTree, 'a/file.loud', 'MINE\n');
  const before = ran();
  await finishWorktree(asTrusted(place, checkout));
  expect(loud(checkout)).toBe('MINE\n');
  expect(ran()).toEqual(before);
});

test('a worktree that is not trusted keeps its files as they are committed, and is not finished later either', async () => {
  const { place, start, ran } = await withOwnPrograms();
  const checkout = await added(place, start);
  const before = ran();
  await finishWorktree(asTrusted({ ...place, trusted: false }, checkout));
  write(checkout.workTree, 'a/file.loud', 'mine\n');
  await finishWorktree(asTrusted(place, checkout));
  expect(loud(checkout)).toBe('mine\n');
  expect(ran()).toEqual(before);
});

test('a filter that fails says so, and the next try has all files again, filtered or not', async () => {
  const { place, start } = await withOwnPrograms();
  const broken = await added(place, start);
  const other = await added(place, start);
  bench.plain(place.checkout.workTree, 'config', 'filter.loud.smudge', 'false');
  for (const checkout of [broken, other]) {
    await expect(finishWorktree(asTrusted(place, checkout))).rejects.toMatchObject({ code: 'GIT_FAILED' });
  }
  bench.plain(place.checkout.workTree, 'config', 'filter.loud.smudge', './.programs/smudge');
  await finishWorktree(asTrusted(place, broken));
  expect([loud(broken), edits(broken)]).toEqual(['QUIET\n', '']);
  await finishWorktree(asTrusted({ ...place, trusted: false }, other));
  expect([loud(other), edits(other)]).toEqual(['quiet\n', '']);
});
