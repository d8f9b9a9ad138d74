import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { addWorktree } from '../../../core/git/worktree';
import { trustedWithoutAsking } from '../../../core/runner/trust';
import { createBench, write } from '../git/fixture';

const bench = createBench();

async function withWorktree(): Promise<{ readonly checkout: Place; readonly worktree: Place }> {
  const checkout = { ...(await bench.repository()), trusted: true };
  const { workTree } = checkout.checkout;
  write(workTree, '.githooks/pre-commit', '#!/bin/sh\nexit 0\n');
  bench.plain(workTree, 'add', '--chmod=+x', '.githooks/pre-commit');
  bench.plain(workTree, 'commit', '-q', '-m', 'Hook');
  bench.plain(workTree, 'checkout', '-q', '--', '.');
  bench.plain(workTree, 'config', 'core.hooksPath', '.githooks');
  const startOid = bench.plain(workTree, 'rev-parse', 'HEAD').trim();
  const path = `${workTree}-worktree`;
  const added = await addWorktree(checkout, { path, branch: 'switchyard/task', startOid });
  if (added.kind !== 'added') throw new Error(added.kind);
  return { checkout, worktree: { ...checkout, checkout: added.checkout, trusted: false } };
}

it('a worktree may run programs unasked while they are those of the trusted checkout, and no longer once one differs', async () => {
  const { checkout, worktree } = await withWorktree();
  expect(await trustedWithoutAsking(worktree, checkout)).toBe(true);
  writeFileSync(join(worktree.checkout.workTree, '.githooks/pre-commit'), '#!/bin/sh\nrm -rf ~\n');
  expect(await trustedWithoutAsking(worktree, checkout)).toBe(false);
});

it('a worktree of a repository that is not trusted may run nothing, whatever it holds', async () => {
  const { checkout, worktree } = await withWorktree();
  expect(await trustedWithoutAsking(worktree, { ...checkout, trusted: false })).toBe(false);
});
