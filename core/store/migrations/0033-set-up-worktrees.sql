-- What a repository runs in a new worktree before an agent starts in it, and in one before it is taken away; null for nothing.
ALTER TABLE repository ADD COLUMN setup_command TEXT;
ALTER TABLE repository ADD COLUMN teardown_command TEXT;

-- The command by which the worktree was set up; null until one went through.
ALTER TABLE worktree ADD COLUMN set_up TEXT;
