-- Pull requests of tasks' changes: written down before anything leaves this machine, so that a crash leaves neither none nor two.
CREATE TABLE pull_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  host TEXT NOT NULL,
  -- The repository that is asked to take the change, and the address by which it is found, without a password in it.
  repository TEXT NOT NULL,
  into_url TEXT NOT NULL,
  -- The repository and the branch that hold it.
  url TEXT NOT NULL,
  owner TEXT NOT NULL,
  branch TEXT NOT NULL,
  base TEXT NOT NULL,
  oid TEXT NOT NULL,
  -- JSON: title, body, draft, reviewers, labels.
  wanted TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('opening', 'open', 'merged', 'closed', 'abandoned')),
  number INTEGER,
  -- JSON: as the forge last told.
  seen TEXT,
  seen_at INTEGER,
  -- JSON: what could not be done beside opening it.
  notices TEXT NOT NULL,
  decision TEXT NOT NULL,
  -- JSON: what is recorded once the forge says that it is merged, when the person asked for that here.
  merging TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE UNIQUE INDEX pull_request_active ON pull_request (task_id) WHERE state IN ('opening', 'open');
CREATE INDEX pull_request_task ON pull_request (task_id, id);

-- Tokens of forges, each sealed by the system's keychain.
CREATE TABLE forge_token (
  host TEXT NOT NULL PRIMARY KEY,
  sealed TEXT NOT NULL,
  login TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
