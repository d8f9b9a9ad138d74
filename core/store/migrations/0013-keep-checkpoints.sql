-- How many turns an agent began in a session, and the place in its own conversation it goes on from; null is the end.
ALTER TABLE session ADD COLUMN turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0);
ALTER TABLE session ADD COLUMN resume_at TEXT;

-- The state of a worktree, kept by a ref, that the person can go back to.
CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  number INTEGER NOT NULL CHECK (number >= 0),
  kind TEXT NOT NULL CHECK (kind IN ('start', 'turn', 'left')),
  session_id INTEGER NOT NULL REFERENCES session (id),
  turn INTEGER NOT NULL CHECK (turn >= 0),
  -- The number of the newest event in the session's transcript then.
  seq INTEGER NOT NULL,
  agent_session TEXT,
  -- The place in the agent's own conversation; null is its end, or unknown.
  point TEXT,
  ref TEXT NOT NULL,
  oid TEXT NOT NULL,
  tree TEXT NOT NULL,
  head TEXT,
  -- Of files, index, HEAD and nested repositories: alike only when all of these are.
  state TEXT NOT NULL,
  -- The number of the checkpoint the worktree was at before; the counts are against it.
  parent INTEGER,
  files INTEGER NOT NULL,
  additions INTEGER NOT NULL,
  deletions INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  -- When the state was let go of with its worktree.
  removed_at INTEGER,
  UNIQUE (task_id, number)
) STRICT;

-- Going back to a checkpoint, written down before a file is touched.
CREATE TABLE task_return (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  target INTEGER NOT NULL,
  left_number INTEGER NOT NULL,
  conversation TEXT NOT NULL CHECK (conversation IN ('back', 'anew', 'kept')),
  by TEXT NOT NULL,
  -- The task was in review: what was not committed then was no part of the change.
  in_review INTEGER NOT NULL CHECK (in_review IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'abandoned')),
  -- The newest checkpoint then: one that is newer was made since.
  newest_checkpoint INTEGER NOT NULL,
  -- How many turns of the session had begun.
  turn INTEGER NOT NULL,
  -- Where HEAD was when it was done.
  head TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  -- When the agent was told, where its conversation was kept.
  told_at INTEGER,
  FOREIGN KEY (task_id, target) REFERENCES checkpoint (task_id, number),
  FOREIGN KEY (task_id, left_number) REFERENCES checkpoint (task_id, number)
) STRICT;

CREATE UNIQUE INDEX task_return_open ON task_return (task_id) WHERE state = 'open';
CREATE INDEX task_return_task ON task_return (task_id, id);
