import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { passingFilters } from '../../../core/git/filters';
import type { Git } from '../../../core/git/git';
import { readIdentity } from '../../../core/git/identity';
import { listSettings } from '../../../core/git/settings';
import { createBench } from './fixture';

const bench = createBench();

type Start = Git['execute'];

/**
 * A repository of somebody with a home and a system of their own, what is configured there, and how often git was started.
 * `around` is what a test has happen around a start.
 */
async function asking(around: (start: Start) => Start = (start) => start): Promise<{
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
  const execute = around((what) => {
    starts += 1;
    return bench.git.execute({ ...what, environment: { GIT_CONFIG_SYSTEM: system, ...what.environment } });
  });
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

test('what is configured is asked for until every file git reads is known, and then no more', async () => {
  const { starts, value, place } = await asking();
  // The first answer tells where the system has its file, the second is of what git read out of each.
  for (let count = 0; count < 2; count += 1) expect(await value('user.name')).toBe('System');
  const before = starts();
  for (let count = 0; count < 20; count += 1) expect(await value('user.email')).toBe('person@example.test');
  expect(await readIdentity(place)).toEqual({ name: 'System', email: 'person@example.test' });
  expect(await passingFilters(place, Buffer.from('a\0'))).toEqual([]);
  expect(starts()).toBe(before);
  // What is laid over every command is none of it.
  expect(await value('core.askpass')).toBeUndefined();
});

/** Each has git find nothing of the system at first, and gives the file where it looks. */
const nothingYet: Record<string, (system: string) => { file: string; around?: (start: Start) => Start }> = {
  'is not there': (system) => ({ file: `${system}-none` }),
  'is empty': (system) => {
    writeFileSync(`${system}-empty`, '');
    return { file: `${system}-empty` };
  },
  'is in a folder that is not there, which an old git does not name': (system) => ({
    file: join(`${system}s`, 'file'),
  }),
  'is in a folder that is not there, which a newer git names': (system) => {
    const file = join(`${system}s`, 'file');
    const ended = { stderr: '', exitCode: 0, signalled: false, truncated: false };
    const around =
      (start: Start): Start =>
      async (what) =>
        what.args.includes('var') ? { ...ended, stdout: Buffer.from(`${file}\n`) } : start(what);
    return { file, around };
  },
};

for (const [where, prepare] of Object.entries(nothingYet)) {
  test(`what the system configures in a file that ${where} counts once it says something`, async () => {
    let found: ReturnType<typeof prepare> = { file: '' };
    const { starts, value, system } = await asking((start) => (what) => {
      const { file, around = (plain: Start) => plain } = found;
      return around(start)({ ...what, environment: { ...what.environment, GIT_CONFIG_SYSTEM: file } });
    });
    found = prepare(system);
    for (let count = 0; count < 3; count += 1) expect(await value('commit.gpgsign')).toBeUndefined();
    const before = starts();
    expect(await value('commit.gpgsign')).toBeUndefined();
    // What nobody knows the place of is not remembered.
    expect(starts() - before).toBe(where.includes('old git') ? 1 : 0);
    mkdirSync(dirname(found.file), { recursive: true });
    writeFileSync(found.file, '[commit]\n\tgpgSign = true\n');
    expect(await value('commit.gpgsign')).toBe('true');
  });
}

test('of a link in the place of the system counts where it leads now', async () => {
  const { value, system } = await asking();
  renameSync(system, `${system}-one`);
  symlinkSync(`${system}-one`, system);
  for (let count = 0; count < 3; count += 1) expect(await value('user.name')).toBe('System');
  writeFileSync(`${system}-two`, '[user]\n\tname = Two\n');
  rmSync(system);
  symlinkSync(`${system}-two`, system);
  expect(await value('user.name')).toBe('Two');
});

test('what git read while a file was another one for a moment is not remembered of it', async () => {
  let [during, after] = [() => {}, () => {}];
  const { place, value } = await asking((start) => async (what) => {
    during();
    const end = await start(what);
    after();
    return end;
  });
  const config = join(place.checkout.commonDir, 'config');
  const plain = readFileSync(config);
  const late = Buffer.concat([plain, Buffer.from('[filter "late"]\n\tclean = cat\n')]);
  writeFileSync(config, late);
  [during, after] = [() => writeFileSync(config, plain), () => writeFileSync(config, late)];
  for (let count = 0; count < 3; count += 1) await value('filter.late.clean');
  [during, after] = [() => {}, () => {}];
  expect(await value('filter.late.clean')).toBe('cat');
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
  await listSettings(homeless);
  const before = starts();
  for (let count = 0; count < 3; count += 1) await listSettings(homeless);
  expect(starts()).toBe(before + 3);
});
