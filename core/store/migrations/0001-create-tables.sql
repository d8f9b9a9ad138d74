CREATE TABLE repository (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path TEXT NOT NULL UNIQUE,
  common_dir TEXT NOT NULL,
  name TEXT NOT NULL,
  trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
  trust_hash TEXT,
  trust_changed INTEGER NOT NULL DEFAULT 0 CHECK (trust_changed IN (0, 1)),
  default_branch TEXT,
  check_command TEXT,
  added_at INTEGER NOT NULL,
  -- Its finished tasks keep their history, so a repository that is forgotten stays as a row.
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

CREATE TABLE task (
  -- Rows are never deleted, so an id is never used again.
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  title TEXT NOT NULL,
  agent TEXT NOT NULL,
  base TEXT NOT NULL,
  permission_level TEXT NOT NULL CHECK (permission_level IN ('autonomous', 'supervised', 'human-required')),
  priority TEXT NOT NULL CHECK (priority IN ('high_priority', 'default', 'low_priority')),
  rank INTEGER NOT NULL GENERATED ALWAYS AS (
    CASE priority WHEN 'high_priority' THEN 0 WHEN 'default' THEN 1 ELSE 2 END
  ) VIRTUAL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'waiting', 'review', 'done', 'failed', 'cancelled')),
  outcome TEXT CHECK (outcome IN ('merged', 'published', 'discarded', 'answered')),
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
  crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
  generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0),
  worker TEXT,
  lease_until INTEGER,
  run_after INTEGER,
  queued_reason TEXT,
  -- How many of the tasks it waits for have not landed; kept in the transaction that lands them.
  blocked_count INTEGER NOT NULL DEFAULT 0 CHECK (blocked_count >= 0),
  error TEXT,
  branch TEXT,
  worktree TEXT,
  merged_oid TEXT,
  backup_ref TEXT,
  change_files INTEGER,
  change_additions INTEGER,
  change_deletions INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  state_since INTEGER NOT NULL,
  CHECK ((state = 'done') = (outcome IS NOT NULL)),
  CHECK ((state IN ('running', 'waiting')) = (lease_until IS NOT NULL AND worker IS NOT NULL))
) STRICT;

CREATE INDEX task_ready ON task (rank, run_after, id) WHERE state = 'queued' AND blocked_count = 0;
CREATE INDEX task_lease ON task (lease_until) WHERE state IN ('running', 'waiting');
CREATE INDEX task_blocked ON task (id) WHERE state = 'queued' AND blocked_count > 0;
CREATE INDEX task_review ON task (id) WHERE state = 'review';
CREATE INDEX task_broken ON task (id) WHERE state IN ('failed', 'cancelled');

-- Apart from the task, because a task's row is rewritten at every move and a prompt may be long.
CREATE TABLE task_prompt (
  task_id INTEGER PRIMARY KEY REFERENCES task (id),
  text TEXT NOT NULL
) STRICT;

CREATE TABLE task_dependency (
  task_id INTEGER NOT NULL REFERENCES task (id),
  after_id INTEGER NOT NULL REFERENCES task (id),
  PRIMARY KEY (task_id, after_id),
  CHECK (task_id <> after_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_dependency_after ON task_dependency (after_id);

-- Every move but the first, which the task itself remembers.
CREATE TABLE task_transition (
  task_id INTEGER NOT NULL REFERENCES task (id),
  number INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (task_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_count (
  state TEXT NOT NULL,
  priority TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  PRIMARY KEY (state, priority)
) STRICT, WITHOUT ROWID;

INSERT INTO task_count (state, priority, count)
SELECT state.value, priority.value, 0
FROM json_each('["queued","running","waiting","review","done","failed","cancelled"]') AS state,
  json_each('["high_priority","default","low_priority"]') AS priority;

CREATE TABLE task_message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  text TEXT NOT NULL,
  by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER
) STRICT;

CREATE INDEX task_message_pending ON task_message (task_id, id) WHERE delivered_at IS NULL;

CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  agent TEXT NOT NULL,
  agent_session TEXT,
  state TEXT NOT NULL CHECK (state IN ('starting', 'active', 'ended')),
  end_reason TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost_usd REAL
) STRICT;

CREATE INDEX session_task ON session (task_id, id);

CREATE TABLE request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  session_id INTEGER REFERENCES session (id),
  generation INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('permission', 'clarification', 'plan', 'start')),
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  tool TEXT,
  options TEXT NOT NULL,
  allows_text INTEGER NOT NULL CHECK (allows_text IN (0, 1)),
  multiple INTEGER NOT NULL CHECK (multiple IN (0, 1)),
  steps TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
  answer TEXT,
  answered_by TEXT,
  created_at INTEGER NOT NULL,
  answered_at INTEGER,
  delivered_at INTEGER,
  withdrawn_at INTEGER,
  CHECK ((state = 'answered') = (answer IS NOT NULL))
) STRICT;

CREATE INDEX request_open ON request (created_at, id) WHERE state = 'open';
CREATE INDEX request_task ON request (task_id, id);

CREATE TABLE check_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  command TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
  exit_code INTEGER,
  output TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX check_run_task ON check_run (task_id, command, id);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE landing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  base_ref TEXT NOT NULL,
  old_oid TEXT NOT NULL,
  new_oid TEXT NOT NULL,
  checkout TEXT,
  strategy TEXT NOT NULL CHECK (strategy IN ('ff', 'merge', 'squash')),
  message TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'landed', 'abandoned')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX landing_open ON landing (task_id) WHERE state = 'open';

CREATE TABLE process (
  pid INTEGER PRIMARY KEY,
  start_time TEXT NOT NULL,
  task_id INTEGER REFERENCES task (id),
  command TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE worktree (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  path TEXT NOT NULL,
  branch TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('making', 'ready', 'removing', 'removed')),
  owner_pid INTEGER NOT NULL,
  owner_start TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX worktree_path ON worktree (path) WHERE state <> 'removed';
