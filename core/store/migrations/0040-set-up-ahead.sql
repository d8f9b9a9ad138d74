-- What a worktree that is made ahead of need was set up with, how that ended, and what it printed.
ALTER TABLE ready_worktree ADD COLUMN setup TEXT;
ALTER TABLE ready_worktree ADD COLUMN setup_exit INTEGER;
ALTER TABLE ready_worktree ADD COLUMN setup_output TEXT NOT NULL DEFAULT '';
ALTER TABLE ready_worktree ADD COLUMN setup_started INTEGER;
ALTER TABLE ready_worktree ADD COLUMN setup_ended INTEGER;
-- What tells the files that left from any others; null where nothing was run.
ALTER TABLE ready_worktree ADD COLUMN left_files TEXT;
