import { execFileSync } from 'node:child_process';
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
import type { Git } from '../../../core/git/git';
import { splitNul } from '../../../core/git/nul';
import { runGit } from '../../../core/git/run';
import { createBench } from './fixture';

const bench = createBench();

/** A repository read through a git of its own, so that nothing is remembered from another test. */
async function freshPlace(): Promise<Place> {
  const place = await bench.repository();
  return { ...place, git: { ...bench.git } };
}

/** Asks for the keys as a command does, and what git was asked to read for it. */
function asking(place: Place) {
  const parse = vi.fn(async (content: Buffer) => {
    const args = ['config', '--list', '-z', '--name-only', '--no-includes', '--file', '-'];
    const { stdout } = await runGit(place, args, { input: content });
    return splitNul(stdout).map((key) => [key, ''] as const);
  });
  return { parse, ask: () => configuredKeys(place, parse) };
}

test('a configuration that stays as it is is read once, not for every command', async () => {
  const { parse, ask } = asking(await freshPlace());
  await ask();
  const before = parse.mock.calls.length;
  for (let count = 0; count < 20; count += 1) expect(await ask()).toContain('core.bare');
  expect(parse).toHaveBeenCalledTimes(before);
});

test('commands that run at the same time have one and the same configuration read once', async () => {
  const { parse, ask } = asking(await freshPlace());
  const answers = await Promise.all(Array.from({ length: 10 }, ask));
  for (const keys of answers) expect(keys).toContain('core.bare');
  expect(new Set(parse.mock.calls.map(([content]) => content.toString('utf8'))).size).toBe(parse.mock.calls.length);
});

test('a configuration that could not be read once is read again by the next command', async () => {
  const { ask, parse } = asking(await freshPlace());
  parse.mockRejectedValueOnce(new Error('too many processes'));
  await expect(ask()).rejects.toThrow('too many processes');
  expect(await ask()).toContain('core.bare');
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
    const { ask } = asking(place);
    expect(await ask()).not.toContain('filter.evil.clean');
    change(file);
    expect(await ask()).toContain('filter.evil.clean');
  });
}

for (const place of ['the worktree', 'the person', 'the person, by the other name'] as const) {
  test(`a file of ${place} that was not there before counts from the next command on`, async () => {
    const home = join(bench.folder, `home-${place.replaceAll(' ', '-')}`);
    mkdirSync(join(home, '.config', 'git'), { recursive: true });
    const repository = await bench.repository();
    const environment = { ...bench.environment, HOME: home };
    const { ask } = asking({ ...repository, git: { ...bench.git, environment } });
    const { gitDir } = repository.checkout;
    bench.plain(repository.checkout.workTree, 'config', 'extensions.worktreeConfig', 'true');
    expect(await ask()).not.toContain('filter.evil.clean');
    const file = {
      'the worktree': join(gitDir, 'config.worktree'),
      'the person': join(home, '.gitconfig'),
      'the person, by the other name': join(home, '.config', 'git', 'config'),
    }[place];
    writeFileSync(file, filter);
    expect(await ask()).toContain('filter.evil.clean');
  });
}

test('a configuration that includes a file from elsewhere is left to git', async () => {
  const place = await freshPlace();
  const { ask } = asking(place);
  expect(await ask()).toContain('core.bare');
  appendFileSync(join(place.checkout.commonDir, 'config'), '[include]\n\tpath = more\n');
  expect(await ask()).toBeNull();
  expect(await ask()).toBeNull();
});

test('a personal folder that is named relative to wherever git runs is left to git', async () => {
  const repository = await bench.repository();
  const environment = { ...bench.environment, XDG_CONFIG_HOME: 'here' };
  expect(await asking({ ...repository, git: { ...bench.git, environment } }).ask()).toBeNull();
  expect(await asking({ ...repository, git: { ...bench.git } }).ask()).toContain('core.bare');
});

test('a pipe in the place of a configuration is left to git, and not waited for', async () => {
  const place = await freshPlace();
  const file = join(place.checkout.gitDir, 'config.worktree');
  execFileSync('mkfifo', [file]);
  expect(await asking(place).ask()).toBeNull();
});

/** Each makes a filter count without a word of it in the checkout's own or the person's files. */
const elsewhere: Record<string, (place: Place, text: string) => Git> = {
  'in a file that is included': ({ git, checkout }, text) => {
    appendFileSync(join(checkout.commonDir, 'config'), '[include]\n\tpath = more\n');
    writeFileSync(join(checkout.commonDir, 'more'), text);
    return git;
  },
  'in a folder named relative to the checkout': ({ git, checkout }, text) => {
    mkdirSync(join(checkout.workTree, 'here', 'git'), { recursive: true });
    writeFileSync(join(checkout.workTree, 'here', 'git', 'config'), text);
    return { ...git, environment: { ...git.environment, XDG_CONFIG_HOME: 'here' } };
  },
};

for (const [name, configure] of Object.entries(elsewhere)) {
  test(`a program configured ${name} does not run either`, async () => {
    const place = await freshPlace();
    const { workTree } = place.checkout;
    writeFileSync(join(workTree, '.gitattributes'), '* filter=evil\n');
    const hash = (at: Place) => runGit(at, ['hash-object', '--path=a', '--stdin'], { input: 'a' });
    await hash(place);
    const witness = join(bench.folder, `ran ${name}`);
    const git = configure(place, `[filter "evil"]\n\tclean = "touch '${witness}'; cat"\n`);
    await hash({ ...place, git });
    expect(() => statSync(witness)).toThrow('ENOENT');
    // The same command with nothing silenced runs it, so there was something to silence.
    await hash({ ...place, git, trusted: true });
    expect(statSync(witness).isFile()).toBe(true);
  });
}

test('a program configured between two commands does not run in the second', async () => {
  const place = await freshPlace();
  const { workTree, commonDir } = place.checkout;
  const witness = join(bench.folder, 'ran');
  writeFileSync(join(workTree, '.gitattributes'), '* filter=evil\n');
  const hash = () => runGit(place, ['hash-object', '--path=a', '--stdin'], { input: 'a' });
  await hash();
  await hash();
  appendFileSync(join(commonDir, 'config'), `[filter "evil"]\n\tclean = "touch '${witness}'; cat"\n`);
  await hash();
  expect(() => statSync(witness)).toThrow('ENOENT');
  // The same command with nothing silenced runs it, so there was something to silence.
  await runGit({ ...place, trusted: true }, ['hash-object', '--path=a', '--stdin'], { input: 'a' });
  expect(statSync(witness).isFile()).toBe(true);
});
