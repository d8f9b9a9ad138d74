import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorCodes } from '../../core/contract/errors';
import type { Review } from '../../core/contract/review';
import type { Task } from '../../core/contract/task';
import type { Execute, Execution } from '../../core/starter/process';
import { contents } from '../core/git/fixture';
import { type GitServing, startGitServer } from '../support/git-server';
import { randomFrom } from '../support/random';
import { createRepository } from '../support/repository';
import { type Bed, openBed } from '../support/runtime';
import { execute } from '../support/starter';
import { filesIn, look, plainGit } from './chaos-look';
import { type Ending, isOurs, type Landing, type Seen, wrongEnding, wrongs } from './chaos-model';
import { acts, type Scene } from './chaos-person';

/**
 * What people and other programs do to a repository, in any order, between Switchyard's calls and right before one of the git
 * commands of a call; after each step a small model says what must hold. SWITCHYARD_TEST_SETS=all makes it two hundred
 * sequences, SWITCHYARD_TEST_RACES another number; SWITCHYARD_TEST_SETS=17 is sequence 17 alone, as a failure says.
 */
const asked = process.env.SWITCHYARD_TEST_SETS;
const seed = Number(process.env.SWITCHYARD_TEST_SEED ?? 20261122);
const several = (count: number) => Array.from({ length: count }, (_, at) => at);
const many = Number(process.env.SWITCHYARD_TEST_RACES ?? (asked === 'all' ? 200 : 2));
const sequences = asked === undefined || asked === 'all' ? several(many) : [Number(asked)];
const steps = asked === undefined ? 5 : 14;

/** What is done right before a git command of the product's own, once. */
let before: ((what: Execution) => Promise<void>) | null = null;
/** Publishes as if nobody else ever moved a branch. */
let careless = false;
const interposed: Execute = async (what) => {
  await before?.(what);
  return execute(careless ? carelessly(what) : what);
};

let bed: Bed;
let server: Awaited<ReturnType<typeof startGitServer>>;
let root = '';
beforeAll(async () => {
  bed = await openBed({ execute: interposed });
  root = join(bed.folder, 'remotes');
  mkdirSync(root);
  server = await startGitServer((): GitServing => ({ root }));
  await bed.repository.git('init', '-q', '--bare', join(root, 'api.git'));
  await bed.repository.git('-C', join(root, 'api.git'), 'config', 'http.receivepack', 'true');
});
afterAll(async () => {
  await bed.close();
  await server.close();
});

/** The same command without the old place of the branch, which is what makes it a compare-and-set. */
function carelessly(what: Execution): Execution {
  return isPublishing(what) ? { ...what, args: what.args.slice(0, -1) } : what;
}

function isPublishing({ args }: Execution): boolean {
  const [ref = ''] = args.slice(-3);
  return args.includes('update-ref') && ref.startsWith('refs/heads/') && !isOurs(ref);
}

/** One sequence under way. */
interface Run {
  readonly scene: Scene;
  readonly repository: number;
  readonly random: () => number;
  readonly said: string[];
  /** What was shown of each task in review, when it was looked at last. */
  readonly shown: Map<number, Review>;
  /** What was in the worktree of each discarded task. */
  readonly thrown: Map<number, Record<string, string>>;
  readonly tasks: number[];
  /** Ends what acts began that lasts for a step. */
  readonly ends: (() => void)[];
}

type Verb = (run: Run, task: number) => Promise<Landing | null>;

async function create({ repository, scene, random, tasks }: Run): Promise<null> {
  const number = scene.next();
  const shared = random() < 0.5 ? `[write: shared.txt | by task ${number}]\n` : '';
  const prompt = `${shared}[write: ${random() < 0.3 ? 'task.txt' : `task-${number}.txt`} | a\\nb]`;
  const { id } = await bed.calls.tasks.create({
    repositoryId: repository,
    title: `Task ${number}`,
    prompt,
    agent: 'echo',
  });
  tasks.push(id);
  // Where what the repository would run is another by now it is asked for leave first.
  const isOver = ({ state: now, runAfter }: Task) => now !== 'running' && (now !== 'queued' || runAfter !== null);
  const { state } = await bed.until(id, isOver);
  if (state === 'queued' || state === 'waiting') await bed.calls.tasks.cancel({ task: id });
  return null;
}

async function show({ shown }: Run, task: number): Promise<null> {
  shown.set(task, await bed.calls.reviews.get({ task }));
  return null;
}

async function approve(run: Run, task: number): Promise<Landing | null> {
  if (!run.shown.has(task)) await show(run, task);
  const seen = run.shown.get(task);
  if (seen === undefined) return null;
  const { base, mergeBase, head, tree } = seen;
  const strategy = run.scene.pick(['ff', 'merge', 'squash', 'rebase'] as const);
  const { mergedOid, base: branch } = await bed.calls.tasks.approve({ task, base, mergeBase, head, tree, strategy });
  // There was nothing left to merge.
  if (mergedOid === null) return null;
  const git = (...args: string[]) => plainGit(run.scene, run.scene.path, ...args);
  // The one change that may land: what was seen of both sides, merged as git itself merges them.
  const [merged] = (await git('merge-tree', '--write-tree', base, head)).split('\n');
  expect((await git('rev-parse', `${mergedOid}^{tree}`)).trim(), 'what landed').toBe(merged);
  const paths = (await git('diff-tree', '-r', '-z', '--name-only', base, mergedOid)).split('\0');
  return { branch, from: base, to: mergedOid, paths: new Set(paths) };
}

/** The files of a worktree; null when it is gone. */
function thereIn(worktree: string | null | undefined): Record<string, string> | null {
  return worktree && existsSync(join(worktree, '.git')) ? contents(worktree) : null;
}

async function discard({ thrown }: Run, task: number): Promise<null> {
  const { worktree } = await bed.calls.tasks.get({ task });
  const files = thereIn(worktree);
  const { backupRef } = await bed.calls.tasks.discard({ task });
  if (files !== null && backupRef !== null) thrown.set(task, files);
  return null;
}

async function restore({ thrown }: Run, task: number): Promise<null> {
  await bed.calls.tasks.restore({ task });
  const { worktree } = await bed.calls.tasks.get({ task });
  const files = thrown.get(task);
  if (files !== undefined && worktree !== null) expect(contents(worktree), 'what came back').toEqual(files);
  return null;
}

async function goBack(_run: Run, task: number): Promise<null> {
  const [first] = await bed.calls.checkpoints.list({ task });
  if (first !== undefined) await bed.calls.checkpoints.back({ task, checkpoint: first.number });
  return null;
}

async function push({ shown, scene }: Run, task: number): Promise<null> {
  const seen = shown.get(task);
  if (seen === undefined) return null;
  const remote = scene.pick(['file', 'http']);
  const { head, tree } = seen;
  const { oid, branch } = await bed.calls.tasks.push({ task, head, tree, remote, url: remoteUrl(remote) });
  const there = await plainGit(scene, join(root, 'api.git'), 'rev-parse', `refs/heads/${branch}`);
  expect([oid, there.trim()], 'what was pushed').toEqual([head, head]);
  return null;
}

function remoteUrl(remote: string): string {
  return remote === 'http' ? `${server.url}/api.git` : join(root, 'api.git');
}

async function restart(): Promise<null> {
  bed = await bed.restart();
  return null;
}

const verbs: Readonly<Record<string, Verb>> = { create, show, approve, discard, restore, goBack, push, restart };
/** What is done with a task as it stands, by how often; now and then it is something that does not fit. */
function verbFor(task: Pick<Task, 'state' | 'outcome'> | null, { random, scene }: Run): string {
  const among = random();
  if (task === null) return 'create';
  if (among < 0.04) return 'restart';
  if (among < 0.12) return scene.pick(Object.keys(verbs));
  if (task.state === 'review')
    return scene.pick(['show', 'approve', 'approve', 'approve', 'discard', 'goBack', 'push', 'create']);
  return scene.pick(task.outcome === 'discarded' ? ['restore', 'create'] : ['create', 'create', 'discard']);
}

async function begin(name: string, random: () => number): Promise<Run> {
  const folder = join(bed.folder, name);
  const home = join(bed.folder, 'home');
  const path = join(folder, 'repository');
  const { git } = await createRepository(path, home);
  writeFileSync(join(path, 'shared.txt'), 'shared\n');
  writeFileSync(join(path, '.gitignore'), 'ignored/\n');
  await git('add', '.');
  await git('commit', '-q', '-m', 'Share something');
  await git('branch', 'feature', 'HEAD~1');
  await git('worktree', 'add', '-q', '-b', 'beside', join(folder, 'beside'));
  for (const remote of ['file', 'http']) await git('remote', 'add', remote, remoteUrl(remote));
  let count = 0;
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C',
    GIT_EDITOR: 'true',
  };
  const ends: (() => void)[] = [];
  const scene: Scene = {
    ...{ path, environment, checkouts: [path, join(folder, 'beside')], task: null },
    next: () => ++count,
    pick: (items) => items[Math.floor(random() * items.length)] as (typeof items)[number],
    atEnd: (end) => ends.push(end),
  };
  const { id: repository } = await bed.calls.repositories.add({ path, trust: true });
  return { scene, repository, random, ends, said: [], shown: new Map(), thrown: new Map(), tasks: [] };
}

/** A call, an act of somebody else's, and when that comes: before it, before its nth git command, or before it publishes. */
interface Choice {
  readonly name: string;
  readonly act: string;
  readonly when: 'before' | 'publishing' | number;
}

function choose(run: Run, task: Pick<Task, 'state' | 'outcome'> | null): Choice {
  const { random, scene } = run;
  const name = verbFor(task, run);
  const act = scene.pick(Object.keys(acts));
  if (random() < 0.4) return { name, act, when: 'before' };
  return { name, act, when: name === 'approve' && random() < 0.6 ? 'publishing' : Math.floor(random() * 24) };
}

/** Carries one choice out, or the next of the sequence, and gives what was wrong. */
async function step(run: Run, chosen?: Choice): Promise<readonly string[]> {
  const { random, scene, tasks } = run;
  const task = tasks.length === 0 || random() < 0.6 ? tasks.at(-1) : scene.pick(tasks);
  const told = task === undefined ? null : await bed.calls.tasks.get({ task });
  const { name, act, when } = chosen ?? choose(run, told);
  const acting = async () => {
    const outcome = await Promise.resolve({ ...scene, task: told })
      .then(acts[act])
      .then(
        () => 'done',
        (failure: Error) => failure.message.slice(0, 80),
      );
    run.said.push(`  ${act} (${when}): ${outcome}`);
  };
  if (when === 'before') await acting();
  let seen = await lookAtStart(scene);
  const pieces: [Seen, Seen][] = [];
  let count = 0;
  let acted: Promise<void> = Promise.resolve();
  let inMidst: Record<string, string> | null | undefined;
  const interrupt = async () => {
    pieces.push([seen, await lookAtRest(scene, seen)]);
    const was = thereIn(told?.worktree);
    await acting();
    // What is thrown away is what somebody left there in the middle of it, unless it was gone already.
    if (was !== null && /worktree/.test(act)) inMidst = thereIn(told?.worktree);
    seen = await lookAtStart(scene);
  };
  before = async (what) => {
    count += 1;
    if (when === 'before' || !(when === 'publishing' ? isPublishing(what) : count > when)) return;
    before = null;
    acted = interrupt();
    await acted;
  };
  const ending = await carryOut(run, name, task ?? 0);
  before = null;
  // A call may end before a git it left behind goes on, and then what somebody does meanwhile is not over.
  await acted;
  if (name === 'discard' && run.thrown.has(task ?? 0)) {
    if (inMidst === null) run.thrown.delete(task ?? 0);
    else if (inMidst !== undefined) run.thrown.set(task ?? 0, inMidst);
  }
  pieces.push([seen, await lookAtRest(scene, seen)]);
  run.said.push(`${name} ${task ?? ''}: ${ending.kind === 'done' ? 'done' : `${ending.code} ${ending.message}`}`);
  const landing = ending.kind === 'done' ? ending.landing : null;
  const wrong = [...pieces.flatMap(([was, is]) => wrongs(was, is, landing)), ...wrongEnding(ending, errorCodes)];
  for (const end of run.ends.splice(0)) end();
  return wrong;
}

/** What is there, with those of its locks that stay: one that a git has which works beside the calls is gone by itself. */
async function lookAtStart(scene: Scene): Promise<Seen> {
  let seen = await look(scene);
  for (let tries = 0; seen.locks.length > 0 && tries < 3; tries += 1) {
    await pause(50);
    const { locks, ...rest } = await look(scene);
    seen = { ...rest, locks: seen.locks.filter((lock) => locks.includes(lock)) };
  }
  return seen;
}

/** What is there once what works beside the calls is between two gits: each of these has a lock for a moment, and leaves none. */
async function lookAtRest(scene: Scene, since: Seen): Promise<Seen> {
  for (let tries = 0; ; tries += 1) {
    const seen = await look(scene);
    if (tries === 100 || seen.locks.every((lock) => since.locks.includes(lock))) return seen;
    await pause(50);
  }
}

async function carryOut(run: Run, name: string, task: number): Promise<Ending> {
  try {
    return { kind: 'done', landing: (await verbs[name]?.(run, task)) ?? null };
  } catch (failure) {
    const { code = 'INTERNAL', message } = failure as Error & { code?: string };
    // What a verb itself found wrong is no refusal.
    if (code === 'INTERNAL' || code.startsWith('ERR_')) return { kind: 'refused', code: 'INTERNAL', message };
    return { kind: 'refused', code, message };
  }
}

/** Puts away every task, and gives what is left of the product's then, or after the next start, which tries again. */
async function finish(run: Run): Promise<readonly string[]> {
  const { scene, tasks, ends } = run;
  for (const end of ends.splice(0)) end();
  await acts['end what is under way']?.(scene);
  for (const task of tasks) {
    const { state } = await bed.calls.tasks.get({ task });
    if (['queued', 'running', 'waiting'].includes(state)) await bed.calls.tasks.cancel({ task });
    if (state !== 'done') await bed.calls.tasks.discard({ task });
  }
  let left = await leftOf(run);
  if (left.length > 0) await restart();
  // A start does it beside all else that begins then, and fsck calls a commit missing that is made while it looks.
  for (let tries = 0; left.length > 0 && tries < 100; tries += 1) {
    left = await leftOf(run);
    if (left.length > 0) await pause(50);
  }
  return left;
}

async function leftOf({ scene, tasks }: Run): Promise<readonly string[]> {
  const common = join(scene.path, '.git');
  const files = filesIn(common).filter((file) => /(^|\/)switchyard-(landing|index)|\.lock$/.test(file));
  const { refs } = await look(scene);
  const left: string[] = [];
  const elsewhere = await plainGit(scene, scene.path, 'worktree', 'list', '--porcelain');
  for (const task of tasks) {
    const { branch, backupRef, mergedOid, outcome, session } = await bed.calls.tasks.get({ task });
    const tip = refs.get(`refs/heads/${branch}`);
    // What can be restored comes back on its branch, and a backup taken somewhere else does not say where that was.
    const at = backupRef === null ? null : await plainGit(scene, scene.path, 'rev-parse', `${backupRef}^1`);
    const kept = [outcome === 'discarded' && at?.trim() !== tip ? null : backupRef, mergedOid].filter(
      (each) => each !== null,
    );
    if (tip === undefined || kept.length === 0) continue;
    // A branch whose commits are nowhere else is what keeps them, and somebody may be on it; any other has nobody.
    const only = await plainGit(scene, scene.path, 'rev-list', '-1', tip, '--not', ...kept);
    if (only !== '' || elsewhere.includes(`branch refs/heads/${branch}\n`)) continue;
    const told = JSON.stringify(session === null ? [] : await bed.calls.sessions.read({ session, after: 0 }));
    if (!told.includes(`Its branch ${branch} is still there`)) left.push(`${branch} of task ${task}`);
  }
  const known = /^refs\/(heads\/switchyard\/task-|switchyard\/(backup|checkpoint)\/)/;
  left.push(...[...refs.keys()].filter((ref) => /^refs\/(heads\/)?switchyard\//.test(ref) && !known.test(ref)));
  const admin = join(common, 'worktrees');
  // What somebody moved elsewhere is theirs.
  const worktrees = readdirSync(admin).filter(
    (name) => name !== 'beside' && !/moved-\d+/.test(readFileSync(join(admin, name, 'gitdir'), 'utf8')),
  );
  const lost = await plainGit(scene, scene.path, 'fsck', '--connectivity-only', '--no-dangling').then(
    () => [],
    (failure: Error) => [failure.message],
  );
  return [...files, ...left, ...worktrees, ...lost];
}

async function sequence(number: number): Promise<string[]> {
  const run = await begin(`sequence-${number}`, randomFrom(seed + number));
  const line = () =>
    `SWITCHYARD_TEST_SEED=${seed} SWITCHYARD_TEST_SETS=${number} npm test -- fault test/fault/git-chaos.test.ts\n${run.said.join('\n')}`;
  for (let count = 0; count < steps; count += 1) {
    const wrong = await step(run);
    if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${line()}`);
  }
  const left = await finish(run);
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}\n${line()}`);
  await bed.calls.repositories.remove({ repository: run.repository });
  await rm(join(run.scene.path, '..'), { recursive: true, force: true });
  return run.said;
}

it('loses nobody a commit or an edit, whatever is done to a repository while it works there', async () => {
  const failed: string[] = [];
  for (const number of sequences)
    await sequence(number).catch((failure: Error) => {
      before = null;
      failed.push(failure.message);
      // At once: a run that is ended before its end would take it along.
      process.stdout.write(`${failure.message}\n`);
    });
  const moved = await beneath('compared', false);
  const control = await beneath('careless', true);
  const line = { promise: 'git-chaos', n: sequences.length, violations: failed.length + moved.length, seed };
  process.stdout.write(`${JSON.stringify({ ...line, control: control.length })}\n`);
  expect([...failed, ...moved]).toEqual([]);
  // The control: without the compare-and-set by which it publishes, a commit of somebody's is taken off its branch, and that is seen.
  expect(control.join()).toMatch(/refs\/heads\/main went from/);
}, 3_600_000);

/** Somebody moves the base right before it is published to. Gives what was wrong. */
async function beneath(name: string, isCareless: boolean): Promise<readonly string[]> {
  const run = await begin(name, () => 0.5);
  await create(run);
  careless = isCareless;
  try {
    return await step(run, { name: 'approve', act: 'move the branch beneath', when: 'publishing' });
  } finally {
    careless = false;
  }
}
