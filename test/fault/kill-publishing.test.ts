import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeDatabase, type Database, openDatabase } from '../../core/store/database';
import { isLandingDue } from '../../core/store/due-landings';
import { type ForgeServer, forgesOf, makeHosted, startForge } from '../support/forge-server';
import { programArgs } from '../support/programs';
import { type Bed, openBed } from '../support/runtime';

/**
 * The runtime is killed with SIGKILL while a request of opening a pull request is on its way: before the remote or the forge
 * has done it, or right after, the person's own or one that their repository says of itself. The forge would take a second pull
 * request. SWITCHYARD_TEST_KILLS=all tries every request, both ways.
 */
const wanted = process.env.SWITCHYARD_TEST_KILLS ?? '3';
const token = 'a-token-nobody-may-see';

/** The requests of opening one, and the reads after it, in their order. */
const steps = ['info/refs', 'git-receive-pack', 'GET find', 'POST pulls', 'requested_reviewers', 'labels', 'GET pull'];
const isStep: readonly ((request: string) => boolean)[] = [
  (request) => request.endsWith('/info/refs'),
  (request) => request.endsWith('/git-receive-pack'),
  (request) => /^GET .*\/pulls$/.test(request),
  (request) => /^POST .*\/pulls$/.test(request),
  (request) => request.endsWith('/requested_reviewers'),
  (request) => request.endsWith('/labels'),
  (request) => /^GET .*\/pulls\/\d+$/.test(request),
];
const all = steps.flatMap((_name, step) => (['before', 'after'] as const).map((when) => ({ step, when })));
// The three that matter most: pushed and nothing known of it, made and nothing known of it, and about to be made.
const few = [
  { step: 3, when: 'after' },
  { step: 1, when: 'after' },
  { step: 3, when: 'before' },
] as const;
/** What the repository says by itself asks for no reviewers and labels. */
const alone = wanted === 'all' ? all.filter(({ step }) => step !== 4 && step !== 5) : few.slice(0, 1);
const points = wanted === 'all' ? all : few.slice(0, Math.max(1, Number(wanted)));

let bed: Bed;
let programs = '';
let forge: ForgeServer;
beforeAll(async () => {
  programs = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-gh-')));
  // A token that the next start has, too, without anybody at hand: GitHub's own program tells it.
  writeFileSync(join(programs, 'gh'), `#!/bin/sh\necho ${token}\n`, { mode: 0o755 });
  bed = await openBed({ environment: { PATH: `${programs}:${process.env.PATH}` } });
  const remotes = join(bed.folder, 'remotes');
  await makeHosted(remotes);
  forge = await startForge({ root: remotes, token });
  forge.refusesSecond = false;
  await bed.repository.git('remote', 'add', 'origin', `${forge.url}/ada/api.git`);
  await bed.repository.git('push', '-q', 'origin', 'main');
  await bed.calls.settings.set({ name: 'forges', value: forgesOf(forge) });
});
afterAll(async () => {
  await bed.close();
  await forge.close();
  rmSync(programs, { recursive: true });
});

it.runIf(process.platform !== 'win32')(
  'a pull request whose opening is killed anywhere is there once, and once in the record',
  async () => {
    const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
    const made = { repositoryId: repository.id, prompt: '[write: a.txt | a]', agent: 'echo' };
    const checks = [{ name: 'test', command: 'true', required: false }];
    await bed.calls.repositories.configure({ repository: repository.id, checks });
    const tasks: { task: number; head: string }[] = [];
    for (let number = 0; number <= points.length + alone.length; number += 1) {
      const { id } = await bed.calls.tasks.create({ ...made, title: `Publish ${number}` });
      const { branch } = await bed.reaches(id, 'review');
      tasks.push({ task: id, head: `ada:${branch}` });
    }
    let lost = 0;
    for (const [index, point] of points.entries()) {
      const { task, head } = tasks[index] as (typeof tasks)[number];
      const at = `killed ${point.when} ${steps[point.step]}`;
      await killed(task, point);
      const before = pullsOf(head);
      expect(before, at).toBeLessThanOrEqual(1);
      if (before === 1 && (await recorded(task)) === 0) lost += 1;
      bed = await bed.again(true);
      await bed.calls.forges.login({ host: forge.host, token });
      await publish(task);
      expect(pullsOf(head), at).toBe(1);
      expect(await kindsOf(task), at).toEqual(expect.arrayContaining(['push', 'open-pull-request']));
      expect(
        (await kindsOf(task)).filter((kind) => kind === 'open-pull-request'),
        at,
      ).toHaveLength(1);
      expect(
        forge.pulls.find((pull) => pull.head === head),
        at,
      ).toMatchObject({ reviewers: ['grace'], labels: ['bug'] });
    }
    // The kills did leave pull requests that nobody here knew of.
    expect(lost).toBeGreaterThan(0);

    // The control: where the one that is there is not found, there are two.
    const { task, head } = tasks[points.length] as (typeof tasks)[number];
    await killed(task, { step: 3, when: 'after' });
    bed = await bed.again(true);
    await bed.calls.forges.login({ host: forge.host, token });
    forge.forgetful = true;
    await publish(task);
    expect(pullsOf(head)).toBe(2);
    forge.forgetful = false;

    // What the repository says by itself is done by the next start, with nobody there.
    await bed.calls.settings.set({ name: 'useGhToken', value: true });
    const landing = { protected: [], finished: 'pull-request' as const, strategy: null };
    await bed.calls.repositories.configure({ repository: repository.id, landing });
    for (const [index, point] of alone.entries()) {
      const { task, head } = tasks[points.length + 1 + index] as (typeof tasks)[number];
      const at = `by itself, killed ${point.when} ${steps[point.step]}`;
      await bed.runtime.stop();
      store((db) =>
        db.prepare("UPDATE task SET landing_due = 1, permission_level = 'autonomous' WHERE id = ?").run(task),
      );
      await killed(task, point, 'work');
      expect(pullsOf(head), at).toBeLessThanOrEqual(1);
      if (pullsOf(head) === 1 && (await recorded(task)) === 0) lost += 1;
      bed = await bed.again(true);
      await bed.until(task, () => store((db) => !isLandingDue(db, task)));
      expect(pullsOf(head), at).toBe(1);
      expect(await kindsOf(task), at).toEqual(['push', 'open-pull-request']);
    }
    if (wanted === 'all')
      process.stdout.write(`${JSON.stringify({ kills: points.length + 1 + alone.length, lost })}\n`);
  },
  900_000,
);

const pullsOf = (head: string) => forge.pulls.filter((pull) => pull.head === head).length;

async function publish(task: number): Promise<void> {
  const { head, tree } = await bed.calls.reviews.get({ task });
  const where = { remote: 'origin', url: `${forge.url}/ada/api.git` };
  await bed.calls.pullRequests.open({
    task,
    head,
    tree,
    ...where,
    title: 'Publish',
    reviewers: ['grace'],
    labels: ['bug'],
  });
}

async function kindsOf(task: number): Promise<string[]> {
  return (await bed.calls.decisions.list({ task })).map(({ text }) => JSON.parse(text).kind);
}

/** How many pull requests are in the record of a runtime that is not there. */
async function recorded(task: number): Promise<number> {
  const idle = await bed.again(false);
  const kinds = (await idle.calls.decisions.list({ task })).map(({ text }) => JSON.parse(text).kind);
  await idle.runtime.stop();
  return kinds.filter((kind) => kind === 'open-pull-request').length;
}

/** Does something with the data of a runtime that may be there, too. */
function store<T>(act: (db: Database) => T): T {
  const db = openDatabase({ file: bed.config.folders.database });
  try {
    return act(db);
  } finally {
    closeDatabase(db);
  }
}

/** Publishes, or does what is due, in a process of its own that is killed at a request. */
async function killed(
  task: number,
  point: { readonly step: number; readonly when: 'before' | 'after' },
  job: 'publish' | 'work' = 'publish',
): Promise<void> {
  await bed.runtime.stop();
  const args = programArgs('runtime', bed.config.folders.data);
  const child = spawn(process.execPath, [...args, `${forge.url}/ada/api.git`, job, String(task)], {
    env: {
      PATH: `${programs}:${process.env.PATH}`,
      HOME: join(bed.folder, 'home'),
      NODE_NO_WARNINGS: '1',
      SWITCHYARD_TEST_TOKEN: token,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  const isIt = isStep[point.step] ?? (() => false);
  let ended = false;
  forge.fault = (request) => (!ended && point.when === 'before' && isIt(request) ? 'drop' : null);
  forge.onRequest = async (request, when) => {
    if (ended || when !== point.when || !isIt(request)) return;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  };
  await gone;
  ended = true;
  forge.onRequest = () => {};
  forge.fault = () => null;
  expect(child.signalCode).toBe('SIGKILL');
}
