-- Tasks that were asked for at once with one prompt, of which one is to be picked.
CREATE TABLE contest (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- The commit all of them begin at; null until the first of them does.
  oid TEXT,
  created_at INTEGER NOT NULL
) STRICT;

ALTER TABLE task ADD COLUMN contest_id INTEGER REFERENCES contest (id);
CREATE INDEX task_contest ON task (contest_id) WHERE contest_id IS NOT NULL;

-- Which model of its agent a task uses, in the agent's own words; null for the one the agent chooses.
ALTER TABLE task ADD COLUMN model TEXT;

-- The task of a contest that was picked last.
CREATE TABLE pick (
  contest_id INTEGER PRIMARY KEY REFERENCES contest (id),
  task_id INTEGER NOT NULL REFERENCES task (id),
  -- landing: the others go once it is on its base. discarding: they go now. done: they are gone.
  state TEXT NOT NULL CHECK (state IN ('landing', 'discarding', 'done')),
  picked_by TEXT NOT NULL,
  picked_at INTEGER NOT NULL
) STRICT;

-- A task that is to be discarded because another one was picked, until it is.
CREATE TABLE pick_rest (
  task_id INTEGER PRIMARY KEY REFERENCES task (id),
  contest_id INTEGER NOT NULL REFERENCES contest (id)
) STRICT;
