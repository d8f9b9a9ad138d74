-- When a task may start after another one: once that has landed, or as soon as it is in review, and then from its branch.
ALTER TABLE task_dependency ADD COLUMN start TEXT NOT NULL DEFAULT 'landed' CHECK (start IN ('landed', 'review'));

-- The commit a task's own change begins at, while it is made of the changes of other tasks that have not landed.
CREATE TABLE stack (
  task_id INTEGER PRIMARY KEY REFERENCES task (id),
  oid TEXT NOT NULL,
  -- Why it does not stand on them as they are now, and what was tried in vain; null while it does.
  problem TEXT,
  tried TEXT,
  -- What its agent was told to bring it onto, so that it is told once.
  told TEXT
) STRICT;

-- The tasks whose changes that commit is made of, each with where its branch was.
CREATE TABLE stack_part (
  task_id INTEGER NOT NULL REFERENCES task (id),
  after_id INTEGER NOT NULL REFERENCES task (id),
  head TEXT NOT NULL,
  PRIMARY KEY (task_id, after_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX stack_part_after ON stack_part (after_id);

-- The bringing of a task's branch onto another commit, written down before the branch moves.
CREATE TABLE restack (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  old_head TEXT NOT NULL,
  new_head TEXT NOT NULL,
  old_oid TEXT NOT NULL,
  new_oid TEXT NOT NULL,
  parts TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'abandoned')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX restack_under_way ON restack (task_id) WHERE state = 'open';
CREATE INDEX restack_task ON restack (task_id, id);
