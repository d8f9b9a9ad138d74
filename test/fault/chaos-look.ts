import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execute } from '../support/starter';
import { isOurs, type Seen, type SeenCheckout } from './chaos-model';

/** The person's checkouts of a repository, the main one first, and how git is run there. */
export interface Ground {
  readonly path: string;
  readonly checkouts: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs git as somebody in a terminal does; throws with what it said when it fails. */
export async function plainGit(ground: Pick<Ground, 'environment'>, directory: string, ...args: string[]) {
  const { stdout, stderr, exitCode } = await execute({
    ...{ program: 'git', args, directory, environment: ground.environment },
  });
  if (exitCode !== 0) throw new Error(`git ${args.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout.toString('latin1');
}

/** Looks at all that is the person's in a repository, and changes nothing. */
export async function look(ground: Ground): Promise<Seen> {
  const common = join(ground.path, '.git');
  const refs = (await plainGit(ground, ground.path, 'for-each-ref', '--format=%(refname) %(objectname)')).trim();
  const checkouts = await Promise.all(
    ground.checkouts.map(async (path) => [path, await lookInto(ground, path)] as const),
  );
  const files = filesIn(common).filter((file) => !file.startsWith('objects/'));
  return {
    refs: new Map(refs.split('\n').map((line) => line.split(' ') as [string, string])),
    checkouts: new Map(checkouts),
    logs: new Map(
      files
        .filter((file) => isLog(ground, file))
        .map((file) => [file, readFileSync(join(common, file), 'latin1')] as const),
    ),
    locks: files.filter((file) => file.endsWith('.lock') && !isLanding(common, file)),
  };
}

async function lookInto(ground: Ground, path: string): Promise<SeenCheckout> {
  const gitDir = gitDirOf(path);
  const args = [
    '--no-optional-locks',
    'status',
    '--porcelain=v2',
    '-z',
    '--untracked-files=all',
    '--ignored',
    '--no-renames',
  ];
  const lines = (await plainGit(ground, path, ...args)).split('\0').filter((line) => line !== '');
  const staged = new Map<string, string>();
  const own = new Map<string, string | null>();
  for (const line of lines) {
    const [kind = '', states = ''] = line.split(' ');
    const isTracked = kind === '1' || kind === 'u';
    const file = isTracked
      ? line
          .split(' ')
          .slice(kind === '1' ? 8 : 10)
          .join(' ')
      : line.slice(2);
    if (isTracked && states[0] !== '.')
      staged.set(
        file,
        line
          .split(' ')
          .slice(1, kind === '1' ? 8 : 10)
          .join(' '),
      );
    if (!isTracked || states[1] !== '.') own.set(file, bytesOf(join(path, file)));
  }
  const names = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'AUTO_MERGE', 'rebase-merge', 'rebase-apply'];
  return {
    head: readFileSync(join(gitDir, 'HEAD'), 'utf8').trim(),
    ...{ staged, own },
    underWay: names.filter((name) => existsSync(join(gitDir, name))),
    landing: existsSync(join(gitDir, 'switchyard-landing')),
  };
}

/** Where a checkout keeps its HEAD and index. */
export function gitDirOf(path: string): string {
  const link = join(path, '.git');
  if (lstatSync(link).isDirectory()) return link;
  return readFileSync(link, 'utf8').replace('gitdir: ', '').trim();
}

/** Every file beneath a folder, by its path there. */
export function filesIn(folder: string, at = folder): string[] {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const path = join(at, entry.name);
    if (!entry.isDirectory()) return [relative(folder, path)];
    return path === join(folder, 'objects') ? [] : filesIn(folder, path);
  });
}

/** The lock that a landing has of the index while it is noted there, and what it prepares. */
function isLanding(common: string, lock: string): boolean {
  const gitDir = join(common, lock, '..');
  return /(^|\/)(index|switchyard-index)\.lock$/.test(lock) && existsSync(join(gitDir, 'switchyard-landing'));
}

function isLog(ground: Ground, file: string): boolean {
  const [, worktree, name] = /^(worktrees\/[^/]+\/)?logs\/(.+)$/.exec(file) ?? [];
  if (name === undefined) return false;
  if (worktree === undefined) return !isOurs(name);
  return ground.checkouts.some((path) => gitDirOf(path).endsWith(worktree.slice(0, -1)));
}

function bytesOf(path: string): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (stats.isDirectory()) return 'a folder';
  return stats.isSymbolicLink() ? readlinkSync(path) : `${stats.mode & 0o777} ${readFileSync(path, 'latin1')}`;
}
