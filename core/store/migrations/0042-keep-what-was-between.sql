-- What came to the files of a task between two turns is a backup when the task is over, under a cause of its own.
CREATE TABLE backup_with_between (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  -- Null for a worktree that was nobody's.
  task_id INTEGER REFERENCES task (id),
  ref TEXT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('discarded', 'merged', 'published', 'answered', 'removed', 'retention', 'went back',
    'between turns', 'torn down')),
  by TEXT NOT NULL,
  branch TEXT,
  -- Where the worktree was.
  path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- How many bytes of the object database only it needs; null until that was looked at.
  bytes INTEGER,
  -- Where it was last put back beside its task; null when it never was.
  restored_path TEXT,
  -- When it was removed for good.
  removed_at INTEGER,
  UNIQUE (repository_id, ref)
) STRICT;

INSERT INTO backup_with_between (id, repository_id, task_id, ref, cause, by, branch, path, created_at, bytes, restored_path,
  removed_at)
SELECT id, repository_id, task_id, ref, cause, by, branch, path, created_at, bytes, restored_path, removed_at FROM backup;
DROP TABLE backup;
ALTER TABLE backup_with_between RENAME TO backup;
CREATE INDEX backup_of ON backup (task_id, id);
