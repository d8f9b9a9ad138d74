-- The commands a repository's changes are checked with, in the order of `position`. Before, there was one without a name.
CREATE TABLE repository_check (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  position INTEGER NOT NULL CHECK (position >= 0),
  name TEXT NOT NULL,
  command TEXT NOT NULL,
  -- Whether a change is only approved once it passed, unless the person says otherwise.
  required INTEGER NOT NULL CHECK (required IN (0, 1)),
  PRIMARY KEY (repository_id, position),
  UNIQUE (repository_id, name)
) STRICT, WITHOUT ROWID;

-- Not required, because it kept nobody from approving before.
INSERT INTO repository_check (repository_id, position, name, command, required)
SELECT id, 0, 'check', check_command, 0 FROM repository WHERE check_command IS NOT NULL;

ALTER TABLE repository DROP COLUMN check_command;

ALTER TABLE check_run ADD COLUMN name TEXT NOT NULL DEFAULT 'check';
-- The commit it saw, whether nothing else was in the worktree, and what it left there in no commit: a JSON list of paths. All
-- null in runs older than these columns.
ALTER TABLE check_run ADD COLUMN head TEXT;
ALTER TABLE check_run ADD COLUMN clean INTEGER CHECK (clean IN (0, 1));
ALTER TABLE check_run ADD COLUMN left_behind TEXT;

DROP INDEX check_run_task;
CREATE INDEX check_run_task ON check_run (task_id, name, id);

-- The commit the change of a task stands at, as far as is known without asking git.
ALTER TABLE task ADD COLUMN change_head TEXT;
