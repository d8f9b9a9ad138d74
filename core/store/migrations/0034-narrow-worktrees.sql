-- The folders of the repository that a task's worktree has, beside the files at its top; none for all. A JSON list.
ALTER TABLE task ADD COLUMN paths TEXT NOT NULL DEFAULT '[]';
