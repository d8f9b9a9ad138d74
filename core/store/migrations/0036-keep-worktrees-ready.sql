-- How many worktrees are made ahead of need.
ALTER TABLE repository ADD COLUMN pool INTEGER NOT NULL DEFAULT 0 CHECK (pool BETWEEN 0 AND 10);

-- A worktree that was made ahead of need and is nobody's yet.
CREATE TABLE ready_worktree (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  path TEXT NOT NULL UNIQUE,
  -- The commit it is at, on no branch.
  oid TEXT NOT NULL,
  -- Its own git folder; null until all of it is there.
  git_dir TEXT,
  created_at INTEGER NOT NULL
) STRICT;
