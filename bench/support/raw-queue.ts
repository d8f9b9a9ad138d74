import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';

/** What the machine itself allows: the smallest queue that can be written, one transaction per operation. */
export interface RawQueue {
  enqueue(body: string): void;
  claimAndComplete(): void;
  close(): void;
}

/** A raw queue with the durability of ours (WAL, synchronous=FULL) and nothing of what ours promises beside it. */
export function openRawQueue(): RawQueue {
  const folder = temporaryFolder();
  const db = new BetterSqlite3(join(folder, 'raw.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE job (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, prio INTEGER NOT NULL, run_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL, lease_until INTEGER, body TEXT NOT NULL) STRICT;
    CREATE INDEX job_ready ON job (prio DESC, run_at, id) WHERE state = 0;`);
  const insert = db.prepare('INSERT INTO job (state, prio, run_at, attempts, body) VALUES (0, 0, ?, 0, ?)');
  const claim = db.prepare(
    `UPDATE job SET state = 1, attempts = attempts + 1, lease_until = ? WHERE id = (
       SELECT id FROM job INDEXED BY job_ready WHERE state = 0 ORDER BY prio DESC, run_at, id LIMIT 1) RETURNING id, attempts`,
  );
  const complete = db.prepare(
    'UPDATE job SET state = 2, lease_until = NULL WHERE id = ? AND state = 1 AND attempts = ?',
  );
  return {
    enqueue: (body) => void insert.run(Date.now(), body),
    claimAndComplete() {
      const job = claim.get(Date.now() + 60_000) as { id: number; attempts: number };
      complete.run(job.id, job.attempts);
    },
    close() {
      db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A folder on the disk that temporary files live on; whoever asks for it removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
}
