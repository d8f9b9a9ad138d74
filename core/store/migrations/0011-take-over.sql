-- A terminal may also hold the agent's own screen, which a CHECK of the table has to know.
CREATE TABLE terminal_next (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  kind TEXT NOT NULL CHECK (kind IN ('shell', 'run', 'agent')),
  command TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('starting', 'running', 'ended')),
  -- The program's process, known once it runs.
  pid INTEGER,
  exit_code INTEGER,
  end_reason TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  -- When what it printed was removed.
  removed_at INTEGER,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (removed_at IS NULL OR state = 'ended')
) STRICT;

INSERT INTO terminal_next
SELECT id, task_id, kind, command, state, pid, exit_code, end_reason, started_at, ended_at, removed_at FROM terminal;

DROP TABLE terminal;
ALTER TABLE terminal_next RENAME TO terminal;

CREATE INDEX terminal_task ON terminal (task_id, id);
CREATE INDEX terminal_open ON terminal (id) WHERE state <> 'ended';
CREATE INDEX terminal_kept ON terminal (ended_at) WHERE state = 'ended' AND removed_at IS NULL;

-- The person drives a task's agent in its own terminal.
CREATE TABLE takeover (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  state TEXT NOT NULL CHECK (state IN ('asked', 'driving', 'ended')),
  -- The agent's turn is not waited for.
  interrupts INTEGER NOT NULL CHECK (interrupts IN (0, 1)),
  -- The size of the terminal, in characters.
  columns INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  terminal_id INTEGER REFERENCES terminal (id),
  -- How far the agent's own record of the conversation was when the terminal began, in the agent's own words.
  mark TEXT,
  afterwards TEXT NOT NULL CHECK (afterwards IN ('go on', 'review')),
  by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  began_at INTEGER,
  ended_at INTEGER,
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state <> 'driving' OR (terminal_id IS NOT NULL AND began_at IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX takeover_open ON takeover (task_id) WHERE state <> 'ended';
