import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDecision } from '../../../core/contract/decision';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
beforeEach(async () => {
  bed = await openBed();
});
afterEach(() => bed.close());

async function addHook(name: string): Promise<void> {
  const hook = join(bed.repository.path, '.git', 'hooks', name);
  await mkdir(join(hook, '..'), { recursive: true });
  await writeFile(hook, '#!/bin/sh\nexit 0\n');
  await chmod(hook, 0o755);
}

async function decided(): Promise<unknown[]> {
  const sealed = await bed.calls.decisions.list({});
  return sealed.map(openDecision).map((decision) => [decision?.kind, decision?.shown]);
}

describe('trust', () => {
  it('covers what was shown and nothing that came after it, when a repository is added', async () => {
    const { path } = bed.repository;
    await addHook('pre-commit');
    const seen = await bed.calls.repositories.inspect({ path });
    await addHook('post-checkout');
    const expected = seen.trustHash;
    const adding = bed.calls.repositories.add({ path, trust: true, expected });
    await expect(adding).rejects.toMatchObject({ code: 'MOVED', message: expect.stringContaining('since you looked') });
    expect(await bed.calls.repositories.list()).toEqual([]);
    expect(await decided()).toEqual([]);
    const again = await bed.calls.repositories.inspect({ path });
    expect(again.programs).toEqual(['hook post-checkout', 'hook pre-commit']);
    const added = await bed.calls.repositories.add({ path, trust: true, expected: again.trustHash });
    expect(added).toMatchObject({ trusted: true, trustChanged: false });
    expect(await decided()).toEqual([['trust', { programs: ['hook post-checkout', 'hook pre-commit'] }]]);
  });

  it('covers what was shown and nothing that came after it, when a repository is there already', async () => {
    const { path } = bed.repository;
    const { id: repository } = await bed.calls.repositories.add({ path, trust: false });
    const { trustHash: expected } = await bed.calls.repositories.inspect({ path });
    await addHook('pre-commit');
    const moved = { code: 'MOVED' };
    await expect(bed.calls.repositories.trust({ repository, trust: true, expected })).rejects.toMatchObject(moved);
    await expect(bed.calls.repositories.add({ path, trust: true, expected })).rejects.toMatchObject(moved);
    expect(await bed.calls.repositories.list()).toMatchObject([{ trusted: false }]);
  });

  it('given without anything shown is recorded as that', async () => {
    await addHook('pre-commit');
    await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    expect(await decided()).toEqual([['trust', null]]);
  });

  it('is given by the door that gives it, when two add a repository at once', async () => {
    const { path } = bed.repository;
    const [, trusted] = await Promise.all([
      bed.calls.repositories.add({ path, trust: false }),
      bed.calls.repositories.add({ path, trust: true }),
    ]);
    expect(trusted.trusted).toBe(true);
    expect(await bed.calls.repositories.list()).toMatchObject([{ trusted: true }]);
  });

  it('can be taken back from a repository that is gone', async () => {
    const { id: repository } = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    await rm(bed.repository.path, { recursive: true });
    expect(await bed.calls.repositories.trust({ repository, trust: false })).toMatchObject({ trusted: false });
  });
});

describe('a path', () => {
  it('may begin with the home folder, and is refused when it is relative', async () => {
    await rename(bed.repository.path, join(bed.folder, 'home', 'mine'));
    const path = join(bed.folder, 'home', 'mine');
    expect(await bed.calls.repositories.inspect({ path: '~/mine' })).toMatchObject({ path });
    expect(await bed.calls.repositories.add({ path: '~/mine', trust: false })).toMatchObject({ path });
    for (const relative of ['mine', './mine', '~mine', 'home/../mine']) {
      const refused = { code: 'BAD_INPUT', message: expect.stringContaining(`The path ${relative} must be absolute`) };
      await expect(bed.calls.repositories.inspect({ path: relative })).rejects.toMatchObject(refused);
      await expect(bed.calls.repositories.add({ path: relative, trust: true })).rejects.toMatchObject(refused);
    }
  });
});
