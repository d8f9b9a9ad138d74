-- Changes of one base that a person approved together. They land one after the other, each checked on top of those before it.
CREATE TABLE train (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  base TEXT NOT NULL,
  -- Where the base was when the train was approved, then where the newest of its changes left it.
  tip_oid TEXT NOT NULL,
  -- How each of them lands; null for what is proposed for each.
  strategy TEXT CHECK (strategy IN ('ff', 'merge', 'squash', 'rebase')),
  created_by TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'ended')),
  -- Why it ended before all of them had their turn, a sentence.
  reason TEXT,
  -- Where they are checked, noted before it is made; null while there is no such worktree.
  worktree TEXT,
  -- The commit that worktree is at.
  worktree_oid TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE INDEX train_open ON train (id) WHERE state = 'open';
CREATE INDEX train_worktree ON train (id) WHERE worktree IS NOT NULL;

-- A change on a train.
CREATE TABLE train_car (
  train_id INTEGER NOT NULL REFERENCES train (id),
  -- Its place, from 1.
  place INTEGER NOT NULL,
  task_id INTEGER NOT NULL REFERENCES task (id),
  -- The commit of the task's branch that was approved.
  head TEXT NOT NULL,
  -- The comments that may stay behind, a JSON array of their ids.
  comments TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'checking', 'landed', 'returned', 'left')),
  -- What it was brought onto, and the commit that came of it: that is checked, and lands.
  onto_oid TEXT,
  result_oid TEXT,
  -- How often it was checked.
  tries INTEGER NOT NULL DEFAULT 0,
  -- What is to be known of its state, a sentence; empty for nothing.
  reason TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (train_id, place)
) STRICT;

CREATE UNIQUE INDEX train_car_open ON train_car (task_id) WHERE state IN ('waiting', 'checking');
CREATE INDEX train_car_task ON train_car (task_id, train_id);

-- The train a run was for: then it saw not the task's branch, but what would land.
ALTER TABLE check_run ADD COLUMN train_id INTEGER REFERENCES train (id);
