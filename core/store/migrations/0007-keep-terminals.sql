-- The command line that runs what a repository is for, a dev server for instance; null for none.
ALTER TABLE repository ADD COLUMN run_command TEXT;

CREATE TABLE terminal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  kind TEXT NOT NULL CHECK (kind IN ('shell', 'run')),
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

CREATE INDEX terminal_task ON terminal (task_id, id);
CREATE INDEX terminal_open ON terminal (id) WHERE state <> 'ended';
CREATE INDEX terminal_kept ON terminal (ended_at) WHERE state = 'ended' AND removed_at IS NULL;

-- The first of the ten ports a task's programs may use.
CREATE TABLE task_port (
  task_id INTEGER PRIMARY KEY REFERENCES task (id),
  first_port INTEGER NOT NULL UNIQUE
) STRICT;
