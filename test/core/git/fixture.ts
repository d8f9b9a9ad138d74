import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Checkout, Place, WorktreePlace, WorktreeTrust } from '../../../core/git/checkout';
import { findGit, type Git } from '../../../core/git/git';
import { openRepository } from '../../../core/git/open';
import { refreshIndex } from '../../support/index-file';
import { runSync } from '../../support/quick-sync';
import { execute } from '../../support/starter';
import { copyTemplate } from '../../support/template';

/** A home of its own and folders that vanish with the test file; the developer's own git is never asked. */
export interface Bench {
  readonly folder: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  git: Git;
  /** Runs git plainly, as a person in a terminal would. */
  plain(directory: string, ...args: readonly string[]): string;
  /** Makes a repository with one commit on main. */
  repository(name?: string, files?: Readonly<Record<string, string>>): Promise<Place>;
}

export function createBench(): Bench {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-git-')));
  const home = join(folder, 'home');
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
    GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  };
  let count = 0;
  const bench: Bench = {
    folder,
    home,
    environment,
    git: { program: '', version: '', environment, execute },
    plain: (directory, ...args) => runSync('git', args, { cwd: directory, env: environment }),
    repository: async (name = `repository-${++count}`, files = { 'readme.txt': 'one\ntwo\nthree\n' }) => {
      const path = join(folder, name);
      mkdirSync(path, { recursive: true });
      await copyTemplate(JSON.stringify(files), path, (template) => {
        bench.plain(template, 'init', '-q', '-b', 'main', '--template=');
        for (const name of ['hooks', 'info']) mkdirSync(join(template, '.git', name));
        for (const [file, content] of Object.entries(files)) write(template, file, content);
        bench.plain(template, 'add', '-A');
        bench.plain(template, 'commit', '-q', '-m', 'First');
      });
      refreshIndex(path);
      const { checkout } = await openRepository(bench.git, path);
      return { git: bench.git, checkout, trusted: false };
    },
  };
  beforeAll(async () => {
    mkdirSync(home);
    writeFileSync(
      join(home, '.gitconfig'),
      '[user]\n\tname = Ada Person\n\temail = ada@example.test\n[advice]\n\tdetachedHead = false\n[maintenance]\n\tauto = false\n',
    );
    bench.git = await findGit(environment, execute);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return bench;
}

/** A worktree of a repository, trusted as if the person had let everything in it pass when the repository is. */
export function asTrusted(place: Place, checkout: Checkout = place.checkout): WorktreePlace {
  return { ...place, checkout, trusted: place.trusted && (true as WorktreeTrust) };
}

/** Writes a file and the folders above it. */
export function write(directory: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

/** Every file beneath a folder but `.git`, with its kind, executable bit and bytes: two equal answers are equal trees. */
export function contents(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: Buffer, name: string) => {
    const stats = lstatSync(path);
    if (stats.isDirectory()) {
      for (const child of readdirSync(path, { encoding: 'buffer' })) {
        const childName = child.toString('latin1');
        if (name === '' && childName === '.git') continue;
        walk(Buffer.concat([path, Buffer.from('/'), child]), name === '' ? childName : `${name}/${childName}`);
      }
    } else if (stats.isSymbolicLink()) found[name] = `link ${readlinkSync(path, { encoding: 'latin1' })}`;
    else found[name] = `${stats.mode & 0o100 ? 'executable' : 'file'} ${readFileSync(path).toString('latin1')}`;
  };
  walk(Buffer.from(directory), '');
  return found;
}

export const identity = { name: 'Ada Person', email: 'ada@example.test' } as const;

/** Numbers that look random and are the same for the same seed, so that a failure can be run again. */
export function random(seed: number): {
  next(): number;
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
} {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { next, below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

/** File names that a careless program misreads. */
export const dirtyNames = [
  'a.txt',
  'b c.txt',
  'sub/deep/file',
  'quo"te\\',
  'line\nbreak',
  'ünï.txt',
  '-dash',
  ' lead',
  'crlf.txt',
  'sub/x',
  'run.sh',
  '"start',
];

/** Makes a tree dirty in ways picked by the seed: staged, unstaged, untracked, moved, bits, links, line ends, folders. */
export function soil(bench: Pick<Bench, 'plain'>, directory: string, seed: number): void {
  const { below, pick } = random(seed);
  const content = () =>
    pick([
      '',
      'text\n',
      'mixed\r\nends\n',
      'crlf\r\n',
      'no end',
      '\0\x01binary\xff',
      '$Id$\n',
      'x'.repeat(below(5000)),
    ]);
  const all = [...dirtyNames, 'new one', 'fresh/dir/file', 'other.crlf', `n${below(3)}`];
  for (let step = 0; step < 4 + below(12); step++) {
    const name = pick(all);
    const path = join(directory, name);
    try {
      switch (below(9)) {
        case 0:
        case 1:
          write(directory, name, Buffer.from(content(), 'latin1'));
          break;
        case 2:
          bench.plain(directory, 'add', '-A', '--', `./${name}`);
          break;
        case 3:
          rmSync(path, { recursive: pick([true, false]) });
          break;
        case 4:
          chmodSync(path, pick([0o755, 0o644]));
          break;
        case 5:
          rmSync(path, { force: true });
          symlinkSync(pick(['a.txt', '/etc/hostname', 'nowhere', 'with\nbreak']), path);
          break;
        case 6:
          renameSync(path, join(directory, pick(all)));
          break;
        case 7:
          bench.plain(directory, pick(['rm', 'mv', 'add']), pick(['--cached', '-k', '-N']), '--', `./${name}`);
          break;
        default:
          rmSync(path);
          write(directory, `${name}/inside`, content());
      }
    } catch {
      // Not every step fits the tree as it is; the next one may.
    }
  }
}
