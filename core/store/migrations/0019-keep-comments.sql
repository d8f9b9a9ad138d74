-- A person's remark on a place of a task's change. Its place is in the commit `head` (`merge_base` for the old side): where it
-- was made, and from the moment it was sent where its lines were then.
CREATE TABLE comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  path TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('new', 'old')),
  -- Both null for the whole file.
  first_line INTEGER CHECK (first_line > 0),
  last_line INTEGER CHECK (last_line >= first_line),
  head TEXT NOT NULL,
  merge_base TEXT NOT NULL,
  quote TEXT NOT NULL,
  text TEXT NOT NULL,
  by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  resolved_at INTEGER,
  removed_at INTEGER,
  CHECK ((first_line IS NULL) = (last_line IS NULL))
) STRICT;

CREATE INDEX comment_task ON comment (task_id, id) WHERE removed_at IS NULL;
