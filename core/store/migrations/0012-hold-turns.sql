-- A turn whose agent's program is held by a host, so that a runtime that comes after this one can go on with it. A task
-- has at most one, from when its program is started until what the turn led to is kept.
CREATE TABLE turn (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL UNIQUE REFERENCES task (id),
  session_id INTEGER NOT NULL REFERENCES session (id),
  -- What it was begun with, as JSON.
  given TEXT NOT NULL,
  -- How often in a row a runtime took it up and did not get as far as the one before.
  taken_up INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL
) STRICT;

-- The agent's own name of an asking, for one that may be read again.
ALTER TABLE request ADD COLUMN asked_as TEXT;
CREATE UNIQUE INDEX request_asked_as ON request (asked_as) WHERE asked_as IS NOT NULL;
