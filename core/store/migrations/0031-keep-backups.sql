-- What was taken away, each kept by a ref of its repository. The ref is what counts: a row without one says what was.
CREATE TABLE backup (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  -- Null for a worktree that was nobody's.
  task_id INTEGER REFERENCES task (id),
  ref TEXT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('discarded', 'merged', 'published', 'answered', 'removed', 'retention', 'went back',
    'torn down')),
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

CREATE INDEX backup_of ON backup (task_id, id);

-- What is kept of the worktrees removed before there was this table: the newest backup of each task that is done.
INSERT INTO backup (repository_id, task_id, ref, cause, by, branch, path, created_at)
SELECT repository_id, id, backup_ref, coalesce(outcome, 'discarded'), 'person', branch, '', updated_at
FROM task WHERE backup_ref IS NOT NULL;

-- How long backups and the worktrees of tasks that are done are kept, as JSON; what it leaves out is as the settings say.
ALTER TABLE repository ADD COLUMN retention TEXT NOT NULL DEFAULT '{}';
