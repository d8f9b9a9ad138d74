import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createQueueSource, type QueueSource } from '../../core/sources/queue';
import type { Claim } from '../../core/sources/source';
import { closeDatabase, type Database, openDatabase } from '../../core/store/database';
import { insertRepository } from '../../core/store/repositories';
import { insertTask, moveTask } from '../../core/store/tasks';
import { createWriter, type Writer } from '../../core/store/writer';
import { temporaryFolder } from './raw-queue';

/** Our queue with everything it promises, as the runner and the calls use it. */
export interface Queue {
  readonly db: Database;
  readonly writer: Writer;
  readonly source: QueueSource;
  enqueue(prompt: string): Promise<number>;
  complete(claim: Claim): Promise<void>;
  close(): Promise<void>;
}

export function openQueue(): Queue {
  const folder = temporaryFolder();
  const db = openDatabase({ file: join(folder, 'switchyard.db') });
  const writer = createWriter(db);
  const now = () => Date.now();
  const source = createQueueSource({ db, writer, worker: 'bench', now, leaseMs: 60_000 });
  const repositoryId = insertRepository(db, {
    path: '/bench',
    commonDir: '/bench/.git',
    name: 'bench',
    trusted: true,
    trustHash: null,
    defaultBranch: 'main',
    at: now(),
  }).id;
  return {
    db,
    writer,
    source,
    enqueue: (prompt) =>
      writer.write((store) =>
        insertTask(store, {
          repositoryId,
          title: 'bench',
          prompt,
          agent: 'echo',
          base: 'main',
          permissionLevel: 'autonomous',
          priority: 'default',
          maxAttempts: 3,
          at: now(),
        }),
      ),
    complete: ({ task, generation }) =>
      writer.write((store) =>
        moveTask(store, {
          task,
          generation,
          to: 'done',
          by: 'runner',
          reason: 'Done.',
          at: now(),
          patch: { outcome: 'answered' },
        }),
      ),
    async close() {
      source.close();
      await writer.close();
      closeDatabase(db);
      rmSync(folder, { recursive: true });
    },
  };
}
