-- A task's change about to be put on a branch of a remote, written down first: a crash leaves nobody in doubt what was approved.
CREATE TABLE push (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  remote TEXT NOT NULL,
  -- Without a password or token in it.
  url TEXT NOT NULL,
  branch TEXT NOT NULL,
  -- Where the branch there was expected to be; NULL when it was not to be there.
  old_oid TEXT,
  new_oid TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'abandoned')),
  decision TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX push_open ON push (task_id) WHERE state = 'open';
CREATE INDEX push_task ON push (task_id, id);
