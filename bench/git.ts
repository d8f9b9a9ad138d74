import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Place } from '../core/git/checkout';
import { changeSize, listChanges, patch } from '../core/git/diff';
import { findGit } from '../core/git/git';
import { makeMerge } from '../core/git/merge';
import { openRepository } from '../core/git/open';
import { removeFolders } from '../core/git/remove';
import { worktreeStatus } from '../core/git/status';
import { addWorktree, deleteBranch } from '../core/git/worktree';
import { createStarter } from '../core/starter/starter';
import { type LargeRepository, makeLargeRepository } from './support/large-repository';
import { machine } from './support/machine';
import { type Figure, percentile, report } from './support/report';

/*
 * What tasks ask of git, in a repository of 30,000 files in memory with a change of 20,000 lines in 200 of them: worktrees,
 * all files or one package, their status, lists, sizes, patches and merges of changes. Ours, by the process that starts git for
 * it and with all its fixed options, beside the plain command somebody would type, in turns in one run.
 */

const quick = process.argv.includes('--quick');
const [madeRounds, readRounds] = quick ? [3, 9] : [11, 41];
/** The most ours may be of git itself, and a worktree of one package of a whole one. */
const most = { worktree: 1.1, sparse: 0.2, read: 1.2 } as const;
const identity = { name: 'Bench', email: 'bench@switchyard.invalid' };

/** Something done in two ways. What is made is taken away again without being timed. */
interface Work {
  readonly name: string;
  readonly rounds: number;
  readonly most: number;
  readonly ours: (round: number) => Promise<unknown>;
  readonly direct: (round: number) => Promise<unknown>;
  readonly after?: (round: number) => Promise<unknown>;
}

function worksIn(place: Place, { path, environment, from, main, change }: LargeRepository): readonly Work[] {
  const range = { base: from, head: change };
  const run = (directory: string, ...args: string[]) =>
    promisify(execFile)('git', ['-C', directory, ...args], {
      ...{ env: { ...environment }, encoding: 'buffer', maxBuffer: 2 ** 28 },
    });
  const git = (...args: string[]) => run(path, ...args);
  const at = (round: number, whose: string) => join(path, '..', 'worktrees', `${whose}-${round}`);
  const made = {
    rounds: madeRounds,
    async after(round: number) {
      await removeFolders(join(path, '.git', 'worktrees', `ours-${round}`), at(round, 'ours'));
      await deleteBranch(place, { branch: `switchyard/ours-${round}`, oid: main });
      await git('worktree', 'remove', '--force', at(round, 'direct'));
      await git('branch', '-q', '-D', `direct-${round}`);
    },
  };
  const add = (round: number, paths: readonly string[]) =>
    addWorktree(place, { path: at(round, 'ours'), branch: `switchyard/ours-${round}`, startOid: main, paths });
  const read = { rounds: readRounds, most: most.read };
  const tree = ['diff-tree', '-r', '-z', '-M'];
  return [
    {
      ...{ ...made, name: 'worktree-add', most: most.worktree, ours: (round) => add(round, []) },
      direct: (round) => git('worktree', 'add', '-q', '-b', `direct-${round}`, at(round, 'direct'), main),
    },
    {
      ...{ ...made, name: 'worktree-add-sparse', most: read.most, ours: (round) => add(round, ['package-7']) },
      async direct(round) {
        await git('worktree', 'add', '-q', '--no-checkout', '-b', `direct-${round}`, at(round, 'direct'), main);
        await run(at(round, 'direct'), 'sparse-checkout', 'set', '--cone', 'package-7');
        await run(at(round, 'direct'), 'checkout', '-q');
      },
    },
    {
      ...{ ...read, name: 'status', ours: () => worktreeStatus(place) },
      direct: () => git('--no-optional-locks', 'status', '--porcelain=v1', '-z', '--untracked-files=all'),
    },
    {
      ...{ ...read, name: 'list', ours: () => listChanges(place, range) },
      direct: () => git(...tree, '--raw', '--numstat', from, change),
    },
    {
      ...{ ...read, name: 'numstat', ours: () => changeSize(place, range) },
      direct: () => git(...tree, '--numstat', from, change),
    },
    {
      ...{ ...read, name: 'patch', ours: () => patch(place, range) },
      direct: () => git('diff-tree', '-r', '-M', '-p', '--full-index', from, change),
    },
    {
      ...{ ...read, name: 'merge' },
      ours: () => makeMerge(place, { strategy: 'merge', baseOid: main, headOid: change, message: 'Merge', identity }),
      async direct() {
        const [oid = ''] = String((await git('merge-tree', '--write-tree', main, change)).stdout).split('\n');
        await git('commit-tree', '-p', main, '-p', change, '-m', 'Merge', oid);
      },
    },
  ];
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Both ways take turns, and take turns in who begins. The first round fills caches and is not counted. */
async function measure(work: Work): Promise<readonly Figure[]> {
  const times = { ours: [] as number[], direct: [] as number[] };
  for (let round = 0; round <= work.rounds; round += 1) {
    for (const way of round % 2 === 0 ? (['direct', 'ours'] as const) : (['ours', 'direct'] as const)) {
      const took = await timed(() => work[way](round));
      if (round > 0) times[way].push(took);
    }
    await work.after?.(round);
  }
  return [0.5, 0.95].flatMap((share) => {
    const [ours, direct] = [percentile(times.ours, share), percentile(times.direct, share)];
    const name = `git-${work.name}-p${share * 100}`;
    return [
      { name: `${name}-direct`, value: direct, unit: 'ms', ratio: 1 },
      { name, value: ours, unit: 'ms', ratio: ours / direct },
    ];
  });
}

/** The most memory this process ever had, in MB; what git itself takes is in processes of its own. */
function peak(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  return kilobytes === undefined ? process.resourceUsage().maxRSS / 1024 : Number(kilobytes) / 1024;
}

async function openPlace({ path, environment }: LargeRepository) {
  const starter = createStarter({
    program: { command: process.execPath, args: [join(process.cwd(), 'out/main/starter.js')], env: {} },
    environment: {},
    onUnusable(reason) {
      throw new Error(reason);
    },
  });
  const git = await findGit(environment, starter.execute);
  const { checkout } = await openRepository(git, path);
  const place: Place = { git, checkout, trusted: true };
  return { place, git, close: () => starter.close() };
}

/** A process of its own does all that is read, in one of the two ways, and says what it had in memory at most. */
async function memoryOf(way: 'ours' | 'direct', repository: LargeRepository): Promise<number> {
  const args = [process.argv[1] ?? '', '--memory', way, JSON.stringify(repository)];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
}

async function sayMemory(way: 'ours' | 'direct', repository: LargeRepository): Promise<void> {
  const { place, close } = await openPlace(repository);
  for (const work of worksIn(place, repository).filter(({ after }) => after === undefined)) {
    for (let round = 0; round < 5; round += 1) await work[way](round);
  }
  await close();
  process.stdout.write(`${peak()}`);
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'switchyard-bench-git-'));
  const repository = await makeLargeRepository(folder);
  const { place, git, close } = await openPlace(repository);
  try {
    const figures: Figure[] = [];
    const broken: string[] = [];
    for (const work of worksIn(place, repository)) {
      figures.push(...(await measure(work)));
      const { ratio } = figures.at(-3) as Figure;
      if (ratio > work.most / 0.7) broken.push(`${work.name} takes ${ratio.toFixed(2)} of what git itself does`);
    }
    const value = (name: string) => figures.find((figure) => figure.name === name)?.value ?? Number.NaN;
    const sparse = value('git-worktree-add-sparse-p50') / value('git-worktree-add-p50');
    figures.push({ name: 'git-sparse-of-full', value: sparse, unit: 'of a whole worktree', ratio: sparse });
    if (sparse > most.sparse / 0.7) broken.push(`a worktree of one package takes ${sparse.toFixed(2)} of a whole one`);
    const [direct, ours] = [await memoryOf('direct', repository), await memoryOf('ours', repository)];
    figures.push({ name: 'git-memory-direct', value: direct, unit: 'MB', ratio: 1 });
    figures.push({ name: 'git-memory', value: ours, unit: 'MB', ratio: ours / direct });
    console.error(machine(`git ${git.version}`));
    report(figures);
    for (const each of broken) console.error(`Not as promised: ${each}`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [asked, way, given] = process.argv.slice(2);
if (asked === '--memory') await sayMemory(way === 'ours' ? 'ours' : 'direct', JSON.parse(given ?? ''));
else await compare();
