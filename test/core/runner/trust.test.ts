import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Place, WorktreePlace } from '../../../core/git/checkout';
import { addWorktree } from '../../../core/git/worktree';
import { trustedWithoutAsking } from '../../../core/runner/trust';
import { type Bed, openBed } from '../../support/runtime';
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

it('the trust in a repository does not pass for trust in a worktree of it', async () => {
  const { checkout, worktree } = await withWorktree();
  // @ts-expect-error: a copy of a repository's place is no place of a worktree.
  const copied: WorktreePlace = { ...checkout, checkout: worktree.checkout };
  expect(copied.trusted).toBe(true);
});

it('a program named by the configuration counts as another one when its file in the worktree is another', async () => {
  const { checkout, worktree } = await withWorktree();
  bench.plain(checkout.checkout.workTree, 'config', 'filter.own.clean', "sh '.githooks/pre-commit' %f");
  expect(await trustedWithoutAsking(worktree, checkout)).toBe(true);
  bench.plain(checkout.checkout.workTree, 'config', 'core.hooksPath', '.none');
  writeFileSync(join(worktree.checkout.workTree, '.githooks/pre-commit'), '#!/bin/sh\nrm -rf ~\n');
  expect(await trustedWithoutAsking(worktree, checkout)).toBe(false);
});

describe('while it is asked whether what a branch brings may run', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed();
  });
  afterEach(() => bed.close());

  /** A task on a branch that brings hooks and the program of a filter; it waits for the person. */
  async function waiting(): Promise<{ readonly id: number; readonly request: number; readonly log: string }> {
    const log = join(bed.folder, 'ran');
    const git = (...args: string[]) => bed.repository.git('-c', 'core.hooksPath=/dev/null', ...args);
    await git('checkout', '--quiet', '-b', 'contrib');
    for (const name of ['post-index-change', 'post-checkout', 'reference-transaction', 'smudge']) {
      await bed.repository.write(`.programs/${name}`, `#!/bin/sh\necho ${name} >> '${log}'\n`);
      chmodSync(join(bed.repository.path, '.programs', name), 0o755);
    }
    await bed.repository.write('.gitattributes', '*.loud filter=loud\n');
    await bed.repository.write('file.loud', 'quiet\n');
    await bed.repository.commit('Bring programs');
    await git('checkout', '--quiet', 'main');
    await git('config', 'core.hooksPath', '.programs');
    await git('config', 'filter.loud.smudge', './.programs/smudge; tr a-z A-Z');
    await git('config', 'filter.loud.clean', 'tr A-Z a-z');
    const { id: repositoryId } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const prompt = '[write: hello.txt | hello]';
    const made = await bed.calls.tasks.create({ repositoryId, title: 'Go', prompt, agent: 'echo', base: 'contrib' });
    const { id, requests } = await bed.reaches(made.id, 'waiting');
    expect(requests[0]?.body).toContain('filter.loud.smudge');
    return { id, request: requests[0]?.id ?? 0, log };
  }

  it('none of it runs', async () => {
    const { log } = await waiting();
    expect(existsSync(log)).toBe(false);
  });

  it('what changes while it is asked, in the worktree or the repository, runs on no yes to what was there before', async () => {
    const { id, request, log } = await waiting();
    const { worktree } = await bed.calls.tasks.get({ task: id });
    const other = `echo other >> '${log}'; cat`;
    writeFileSync(join(worktree ?? '', '.programs/smudge'), `#!/bin/sh\n${other}\n`);
    await bed.repository.git('-c', 'core.hooksPath=/dev/null', 'config', 'filter.loud.clean', other);
    const asked: string[] = [];
    for (let open: number | undefined = request; open !== undefined; ) {
      const given: number = open;
      await bed.calls.requests.answer({ request: given, answer: { decision: 'allow', text: '', options: [] } });
      const next = await bed.until(id, (now) => now.state === 'review' || (now.requests[0]?.id ?? given) > given);
      open = next.requests[0]?.id;
      if (open !== undefined) asked.push(next.requests[0]?.title ?? '');
      expect(existsSync(log) && readFileSync(log, 'utf8').includes('other')).toBe(open === undefined);
    }
    expect(asked).toEqual([
      'Run what repository brings, though it has changed since you trusted it?',
      'Run what this branch of repository brings, which your own checkout does not have?',
    ]);
  });

  it('a yes has the worktree as git would have made it, even when the runtime ended in between', async () => {
    const { id, request, log } = await waiting();
    bed = await bed.restart();
    expect(existsSync(log)).toBe(false);
    await bed.reaches(id, 'waiting');
    await bed.calls.requests.answer({ request, answer: { decision: 'allow', text: '', options: [] } });
    const { worktree } = await bed.reaches(id, 'review');
    expect(readFileSync(join(worktree ?? '', 'file.loud'), 'utf8')).toBe('QUIET\n');
    expect(readFileSync(log, 'utf8').split('\n')).toEqual(expect.arrayContaining(['smudge', 'post-checkout']));
    expect((await bed.calls.reviews.get({ task: id })).files.map(({ path }) => path)).toEqual(['hello.txt']);

    // Another task of that branch asks about the same, and has the answer; one that brings something else is asked about.
    const { repositoryId } = await bed.calls.tasks.get({ task: id });
    const more = { repositoryId, title: 'Go', prompt: '[write: more.txt | more]', agent: 'echo', base: 'contrib' };
    const { id: next } = await bed.calls.tasks.create(more);
    const { session } = await bed.reaches(next, 'review');
    const said = await bed.calls.sessions.read({ session: session ?? 0, after: 0 });
    expect(said).toContainEqual(
      expect.objectContaining({ type: 'answer', text: `Allowed as in request ${request}, for the same content` }),
    );
    const git = (...args: string[]) => bed.repository.git('-c', 'core.hooksPath=/dev/null', ...args);
    await git('checkout', '--quiet', '-B', 'contrib', 'contrib');
    await bed.repository.write('.programs/smudge', '#!/bin/sh\n# Another one.\n');
    await git('commit', '--quiet', '--all', '--message', 'Another program');
    await git('checkout', '--quiet', 'main');
    await bed.reaches((await bed.calls.tasks.create(more)).id, 'waiting');
  });
});
