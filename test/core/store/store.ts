import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { closeDatabase, type Database, openDatabase } from '../../../core/store/database';
import { insertRepository } from '../../../core/store/repositories';
import { insertTask, moveTask, type ResolvedTask } from '../../../core/store/tasks';
import { layStore } from '../../support/laid-store';

/** A folder of its own for one test, removed with it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real store in a folder of its own, with one repository, closed and removed with the test. */
export function temporaryStore(): { readonly db: Database; readonly repository: number; readonly folder: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'switchyard.db');
  layStore(file);
  const db = openDatabase({ file });
  onTestFinished(() => closeDatabase(db));
  return { db, repository: addRepository(db), folder };
}

export function addRepository(db: Database, path = '/work/sample'): number {
  return insertRepository(db, {
    path,
    commonDir: `${path}/.git`,
    name: 'sample',
    trusted: true,
    trustHash: 'hash',
    defaultBranch: 'main',
    at: 1,
  }).id;
}

/** A task with nothing special about it, except what is said. */
export function addTask(db: Database, task: Partial<ResolvedTask> = {}): number {
  return insertTask(db, {
    repositoryId: 1,
    title: 'Say hello',
    prompt: 'Write hello into a file.',
    agent: 'echo',
    base: 'main',
    permissionLevel: 'supervised',
    priority: 'default',
    maxAttempts: 3,
    at: 10,
    ...task,
  });
}

/** Takes a running task through review to `done`, merged. */
export function land(db: Database, task: number, at = 50): void {
  moveTask(db, { task, to: 'review', by: 'runner', reason: 'Finished.', at });
  moveTask(db, { task, to: 'done', by: 'person', reason: 'Approved.', at, patch: { outcome: 'merged' } });
}
