-- Whose title or prompt was changed, in order: what is made of them elsewhere, as the search index, follows by number.
CREATE TABLE task_rewording (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id)
) STRICT;
