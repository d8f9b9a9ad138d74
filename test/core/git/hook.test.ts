import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { runHook } from '../../../core/git/hook';
import { createBench, write } from './fixture';

const bench = createBench();

/** A trusted repository, and the names of the git commands that were run in it. */
async function watched(): Promise<{ place: Place; top: string; ran: string[] }> {
  const { checkout, git } = await bench.repository();
  const ran: string[] = [];
  const execute: Place['git']['execute'] = (order) => {
    ran.push(order.name ?? '');
    return git.execute(order);
  };
  return { place: { git: { ...git, execute }, checkout, trusted: true }, top: checkout.workTree, ran };
}

function failing(top: string, path: string): void {
  write(top, path, '#!/bin/sh\necho "for $1"\nexit 3\n');
  chmodSync(join(top, path), 0o755);
}

test('git is not started for a hook that is not there, and is for one in the usual folder', async () => {
  const { place, top, ran } = await watched();
  expect(await runHook(place, 'post-merge', ['0'])).toEqual([]);
  expect(ran).not.toContain('git hook');
  failing(top, '.git/hooks/post-merge');
  expect(await runHook(place, 'post-merge', ['0'])).toEqual(['The hook post-merge ended with status 3: for 0']);
  expect(ran.filter((name) => name === 'git hook')).toHaveLength(1);
  expect(await runHook({ ...place, trusted: false }, 'post-merge', ['0'])).toEqual([]);
});

test('a hook that lies elsewhere is run, and so is whatever may be configured as one', async () => {
  const { place, top, ran } = await watched();
  bench.plain(top, 'config', 'core.hooksPath', 'mine');
  failing(top, 'mine/post-merge');
  expect(await runHook(place, 'post-merge', ['1'])).toEqual(['The hook post-merge ended with status 3: for 1']);
  bench.plain(top, 'config', '--unset', 'core.hooksPath');
  bench.plain(top, 'config', 'hook.mine.event', 'post-merge');
  const before = ran.length;
  expect(await runHook(place, 'post-merge', ['1'])).toEqual([]);
  expect(ran.slice(before)).toContain('git hook');
});
