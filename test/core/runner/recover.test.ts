import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Task } from '../../../core/contract/task';
import { closeDatabase, openDatabase } from '../../../core/store/database';
import { type Bed, openBed } from '../../support/runtime';

let bed: Bed;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-recover-'));
});
afterEach(async () => {
  await bed.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A git in front of the real one that notes every command. */
async function countingGit(): Promise<string> {
  const real = (process.env.PATH ?? '').split(':').find((entry) => existsSync(join(entry, 'git')));
  const programs = join(folder, 'programs');
  await mkdir(programs);
  await writeFile(
    join(programs, 'git'),
    `#!/bin/sh\nprintf . >> '${join(folder, 'commands')}'\nexec '${real}/git' "$@"\n`,
  );
  await chmod(join(programs, 'git'), 0o755);
  return programs;
}

const commands = async () => (await readFile(join(folder, 'commands'), 'utf8')).length;

async function inReview(): Promise<Task> {
  const repository = await bed.calls.repositories.add({ path: bed.repository.path, trust: true });
  const prompt = '[write: hello.txt | hello]';
  const task = await bed.calls.tasks.create({ repositoryId: repository.id, title: 'Hello', prompt, agent: 'echo' });
  return bed.reaches(task.id, 'review');
}

it('a start runs as many git commands with many tasks in review as with one', async () => {
  const restarted = async () => {
    await bed.runtime.stop();
    const before = await commands();
    bed = await bed.again(true);
    return (await commands()) - before;
  };
  bed = await openBed({ environment: { PATH: `${await countingGit()}:${process.env.PATH}` } });
  await inReview();
  const withOne = await restarted();
  for (let more = 0; more < 2; more += 1) await inReview();
  const before = await commands();
  expect(await restarted()).toBe(withOne);
  // They are counted: the work on the tasks was.
  expect(before).toBeGreaterThan(withOne);
});

it('a lock that a dead git left in the worktree of a finished task does not stop its next turn', async () => {
  bed = await openBed();
  const { id, worktree } = await inReview();
  const gitDir = await bed.repository.git('-C', worktree ?? '', 'rev-parse', '--absolute-git-dir');
  await writeFile(join(gitDir, 'index.lock'), '');
  await bed.calls.tasks.reject({ task: id, comment: '[write: more.txt | more]' });
  const next = await bed.until(id, (task) => task.change?.files === 2 || task.error !== null);
  expect(next.error).toBeNull();
});

it('a start has nothing to say of a worktree that was kept in a repository removed since', async () => {
  bed = await openBed();
  const { id, repositoryId } = await inReview();
  await bed.calls.tasks.discard({ task: id });
  await bed.calls.repositories.remove({ repository: repositoryId });
  await bed.runtime.stop();
  const db = openDatabase({ file: bed.config.folders.database });
  db.prepare("UPDATE worktree SET state = 'ready' WHERE task_id = ?").run(id);
  closeDatabase(db);
  bed = await bed.again(true);
  const log = await readFile(join(bed.config.folders.logs, 'switchyard.log'), 'utf8').catch(() => '');
  expect(log).not.toContain('could not be recovered');
});
