import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { passingFilters } from '../../../core/git/filters';
import { readIdentity } from '../../../core/git/identity';
import { listSettings } from '../../../core/git/settings';
import { createBench } from './fixture';

const bench = createBench();

/** A repository of somebody with a home and a system of their own, what is configured there, and how often git was asked. */
async function asking(): Promise<{
  place: Place;
  system: string;
  person: string;
  starts: () => number;
  value: (key: string) => Promise<string | undefined>;
}> {
  const repository = await bench.repository();
  const folder = `${repository.checkout.workTree}-person`;
  mkdirSync(folder);
  const [system, person] = [join(folder, 'system'), join(folder, '.gitconfig')];
  writeFileSync(system, '[user]\n\tname = System\n');
  writeFileSync(person, '[user]\n\temail = person@example.test\n');
  let starts = 0;
  const execute: typeof bench.git.execute = (what) => {
    starts += 1;
    return bench.git.execute({ ...what, environment: { ...what.environment, GIT_CONFIG_SYSTEM: system } });
  };
  const git = { ...bench.git, environment: { ...bench.environment, HOME: folder }, execute };
  const place = { ...repository, git };
  return {
    place,
    system,
    person,
    starts: () => starts,
    value: async (key) => new Map(await listSettings(place)).get(key),
  };
}

test('what is configured is asked for until every file git read is known, and then no more', async () => {
  const { starts, value, place } = await asking();
  expect(await value('user.name')).toBe('System');
  // The system's file is not where systems have it, which the first answer told.
  expect(await value('user.name')).toBe('System');
  expect(starts()).toBe(2);
  for (let count = 0; count < 20; count += 1) expect(await value('user.email')).toBe('person@example.test');
  expect(await readIdentity(place)).toEqual({ name: 'System', email: 'person@example.test' });
  expect(await passingFilters(place, Buffer.from('a\0'))).toEqual([]);
  expect(starts()).toBe(2);
  // What is laid over every command is none of it.
  expect(await value('core.askpass')).toBeUndefined();
});

for (const whose of ['the system', 'the person', 'the repository', 'the worktree'] as const) {
  test(`a setting that ${whose} comes to have counts at once, and the nearer one before the farther`, async () => {
    const { place, starts, system, person, value } = await asking();
    const { commonDir, gitDir, workTree } = place.checkout;
    bench.plain(workTree, 'config', 'extensions.worktreeConfig', 'true');
    for (let count = 0; count < 3; count += 1) await value('user.name');
    const file = {
      'the system': system,
      'the person': person,
      'the repository': join(commonDir, 'config'),
      'the worktree': join(gitDir, 'config.worktree'),
    }[whose];
    const before = starts();
    appendFileSync(file, '[user]\n\tname = Other\n[filter "late"]\n\tclean = cat\n[commit]\n\tgpgSign\n');
    expect(await value('user.name')).toBe('Other');
    expect(await value('filter.late.clean')).toBe('cat');
    expect(await value('commit.gpgsign')).toBe('');
    expect(starts()).toBe(before + 1);
    if (whose === 'the worktree') return;
    writeFileSync(join(gitDir, 'config.worktree'), '[user]\n\tname = Nearest\n');
    expect(await value('user.name')).toBe('Nearest');
  });
}

test('what a file that is included says counts as it is now', async () => {
  const { place, starts, person, value } = await asking();
  const included = `${person}-more`;
  appendFileSync(person, `[include]\n\tpath = ${included}\n`);
  for (let count = 0; count < 3; count += 1) expect(await value('user.name')).toBe('System');
  writeFileSync(included, '[user]\n\tname = Included\n');
  expect(await readIdentity(place)).toMatchObject({ name: 'Included' });
  expect(starts()).toBe(4);
});

test('without a home that is known git is asked each time', async () => {
  const { place, starts } = await asking();
  const homeless = {
    ...place,
    git: { ...place.git, environment: { ...place.git.environment, XDG_CONFIG_HOME: 'here' } },
  };
  for (let count = 0; count < 3; count += 1) await listSettings(homeless);
  expect(starts()).toBe(3);
});
