import { claimTasks } from '../core/store/claims';
import { moveTask } from '../core/store/tasks';
import { median, report } from './support/report';
import { openQueue, type Queue } from './support/store-queue';

const runs = 5;
const perRun = 200;
const sizes = [1_000, 100_000, 1_000_000];

/** Adds finished tasks as they are after a while, without the time it takes to finish each. */
function addFinished(queue: Queue, count: number): void {
  queue.db
    .prepare(
      `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
       INSERT INTO task (repository_id, title, agent, base, permission_level, priority, state, outcome, max_attempts,
         created_at, created_by, updated_at, state_since)
       SELECT 1, 'finished', 'echo', 'main', 'autonomous', 'default', 'done', 'merged', 3, n, 'person', n, n FROM number`,
    )
    .run(count);
}

/** Claims and completes with some hundreds queued, in one transaction, so that the disk is out of the picture. */
async function claimRate(queue: Queue): Promise<number> {
  await Promise.all(Array.from({ length: perRun * 2 }, () => queue.enqueue('x'.repeat(190))));
  return queue.writer.write((db) => {
    const start = performance.now();
    for (let count = 0; count < perRun; count++) {
      const now = Date.now();
      for (const { task, generation } of claimTasks(db, { worker: 'w', limit: 1, now, leaseMs: 1000 })) {
        moveTask(db, { task, generation, to: 'done', by: 'w', reason: '', at: now, patch: { outcome: 'answered' } });
      }
    }
    return (perRun / (performance.now() - start)) * 1000;
  });
}

const queue = openQueue();
let finished = 0;
const rates: number[] = [];
for (const size of sizes) {
  addFinished(queue, size - finished);
  finished = size;
  const measured: number[] = [];
  // The first run fills SQLite's page cache again after the bulk insert, and is not counted.
  await claimRate(queue);
  for (let run = 0; run < runs; run++) measured.push(await claimRate(queue));
  rates.push(median(measured));
}
await queue.close();
report(
  sizes.map((size, index) => ({
    name: `claim-complete-after-${size}`,
    value: rates[index] ?? Number.NaN,
    unit: 'tasks/s',
    ratio: (rates[index] ?? Number.NaN) / (rates[0] ?? Number.NaN),
  })),
);
