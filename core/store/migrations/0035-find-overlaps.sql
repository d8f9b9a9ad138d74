-- Where the change of a task meets that of another one, or what came to its base since: as last looked at.
CREATE TABLE overlap (
  task_id INTEGER NOT NULL REFERENCES task (id),
  -- The other task; 0 is the base.
  other_id INTEGER NOT NULL,
  -- How many files both changed: in so many that cannot be merged, and in so many that can.
  conflicts INTEGER NOT NULL,
  files INTEGER NOT NULL,
  PRIMARY KEY (task_id, other_id)
) STRICT, WITHOUT ROWID;
