import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Place } from '../../../core/git/checkout';
import { configuredKeys } from '../../../core/git/configured';
import { runGit } from '../../../core/git/run';
import { createBench } from './fixture';

const bench = createBench();

/** A repository read through a git of its own, so that nothing is remembered from another test. */
async function freshPlace(): Promise<Place> {
  const place = await bench.repository();
  return { ...place, git: { ...bench.git } };
}

/** Asks for the keys as a command does, and how often the configuration itself was read. */
function asking(place: Place) {
  const listKeys = vi.fn(async () => {
    // Through another git, which remembers for itself.
    const { stdout } = await runGit({ ...place, git: { ...place.git } }, [
      ...['config', '--list', '-z', '--name-only', '--show-origin', '--includes'],
    ]);
    const parts = stdout.toString('utf8').split('\0').slice(0, -1);
    return {
      origins: parts.filter((_, index) => index % 2 === 0),
      keys: parts.filter((_, index) => index % 2 === 1),
    };
  });
  return { listKeys, ask: () => configuredKeys(place, listKeys) };
}

/** Asks until an answer comes from memory, which is as soon as the files are old enough to be told apart by their times. */
async function settled({ listKeys, ask }: ReturnType<typeof asking>): Promise<void> {
  await expect
    .poll(async () => {
      const before = listKeys.mock.calls.length;
      await ask();
      return listKeys.mock.calls.length - before;
    })
    .toBe(0);
}

test('a configuration that stays as it is is read once, not for every command', async () => {
  const asked = asking(await freshPlace());
  await settled(asked);
  const before = asked.listKeys.mock.calls.length;
  for (let count = 0; count < 20; count += 1) expect(await asked.ask()).toContain('core.bare');
  expect(asked.listKeys).toHaveBeenCalledTimes(before);
});

const filter = '[filter "evil"]\n\tclean = evil\n';

const changes: Record<string, (file: string) => void> = {
  'appended to': (file) => appendFileSync(file, filter),
  'replaced by another file': (file) => {
    writeFileSync(`${file}.new`, readFileSync(file, 'utf8') + filter);
    renameSync(`${file}.new`, file);
  },
  'written over in the same size, with its old time put back': (file) => {
    const { atime, mtime, size } = statSync(file);
    const text = readFileSync(file, 'utf8').replace(/^.*/, '').slice(0, -filter.length);
    writeFileSync(file, filter.padEnd(size - text.length, '\n') + text);
    utimesSync(file, atime, mtime);
    expect(statSync(file).size).toBe(size);
  },
  'replaced by a link to another': (file) => {
    writeFileSync(`${file}.real`, readFileSync(file, 'utf8') + filter);
    rmSync(file);
    symlinkSync(`${file}.real`, file);
  },
};

for (const [name, change] of Object.entries(changes)) {
  test(`a configuration that is ${name} is read anew by the very next command`, async () => {
    const place = await freshPlace();
    const file = join(place.checkout.commonDir, 'config');
    appendFileSync(file, `# ${'room '.repeat(20)}\n`);
    const asked = asking(place);
    await settled(asked);
    expect(await asked.ask()).not.toContain('filter.evil.clean');
    change(file);
    expect(await asked.ask()).toContain('filter.evil.clean');
  });
}

for (const place of ['the worktree', 'the person', 'the person, by the other name'] as const) {
  test(`a file of ${place} that was not there before counts from the next command on`, async () => {
    const home = join(bench.folder, `home-${place.replaceAll(' ', '-')}`);
    mkdirSync(join(home, '.config', 'git'), { recursive: true });
    const repository = await bench.repository();
    const environment = { ...bench.environment, HOME: home };
    const asked = asking({ ...repository, git: { ...bench.git, environment } });
    const { gitDir } = repository.checkout;
    bench.plain(repository.checkout.workTree, 'config', 'extensions.worktreeConfig', 'true');
    await settled(asked);
    const file = {
      'the worktree': join(gitDir, 'config.worktree'),
      'the person': join(home, '.gitconfig'),
      'the person, by the other name': join(home, '.config', 'git', 'config'),
    }[place];
    writeFileSync(file, filter);
    expect(await asked.ask()).toContain('filter.evil.clean');
  });
}

test('a configuration that includes a file from elsewhere is read for every command', async () => {
  const place = await freshPlace();
  const { commonDir } = place.checkout;
  // A first reading from memory shows that it is the inclusion that makes the difference.
  const asked = asking(place);
  await settled(asked);
  appendFileSync(join(commonDir, 'config'), '[include]\n\tpath = more\n');
  await asked.ask();
  writeFileSync(join(commonDir, 'more'), filter);
  expect(await asked.ask()).toContain('filter.evil.clean');
  const before = asked.listKeys.mock.calls.length;
  await expect
    .poll(() => Date.now() - statSync(join(commonDir, 'config')).ctimeMs, { interval: 10 })
    .toBeGreaterThan(200);
  for (let count = 1; count <= 3; count += 1) {
    await asked.ask();
    expect(asked.listKeys).toHaveBeenCalledTimes(before + count);
  }
});

test('a personal folder that is named relative to wherever git runs is read for every command', async () => {
  const repository = await bench.repository();
  const environment = { ...bench.environment, XDG_CONFIG_HOME: 'here' };
  const asked = asking({ ...repository, git: { ...bench.git, environment } });
  const { commonDir, workTree } = repository.checkout;
  await expect.poll(() => Date.now() - statSync(join(commonDir, 'config')).ctimeMs).toBeGreaterThan(200);
  expect(await asked.ask()).not.toContain('filter.evil.clean');
  mkdirSync(join(workTree, 'here', 'git'), { recursive: true });
  writeFileSync(join(workTree, 'here', 'git', 'config'), filter);
  expect(await asked.ask()).toContain('filter.evil.clean');
});

test('a program configured between two commands does not run in the second', async () => {
  const place = await freshPlace();
  const { workTree, commonDir } = place.checkout;
  const witness = join(bench.folder, 'ran');
  writeFileSync(join(workTree, '.gitattributes'), '* filter=evil\n');
  const hash = () => runGit(place, ['hash-object', '--path=a', '--stdin'], { input: 'a' });
  await expect.poll(() => Date.now() - statSync(join(commonDir, 'config')).ctimeMs).toBeGreaterThan(200);
  await hash();
  await hash();
  appendFileSync(join(commonDir, 'config'), `[filter "evil"]\n\tclean = "touch '${witness}'; cat"\n`);
  await hash();
  expect(() => statSync(witness)).toThrow('ENOENT');
  // The same command with nothing silenced runs it, so there was something to silence.
  await runGit({ ...place, trusted: true }, ['hash-object', '--path=a', '--stdin'], { input: 'a' });
  expect(statSync(witness).isFile()).toBe(true);
});
