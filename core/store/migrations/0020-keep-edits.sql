-- What a person changed in a task's change themselves, each a commit of theirs on its branch, written down before the branch moves.
CREATE TABLE edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  kind TEXT NOT NULL CHECK (kind IN ('take-back', 'edit')),
  path TEXT NOT NULL,
  old_head TEXT NOT NULL,
  new_head TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'undoing', 'undone', 'abandoned')),
  by TEXT NOT NULL,
  -- What is recorded once what is under way is done.
  decision TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  undone_by TEXT,
  undone_at INTEGER
) STRICT;

CREATE UNIQUE INDEX edit_under_way ON edit (task_id) WHERE state IN ('open', 'undoing');
CREATE INDEX edit_task ON edit (task_id, id);
