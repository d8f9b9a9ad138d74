-- A change may be landed by rebasing it, too.
CREATE TABLE landing_with_rebase (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  base_ref TEXT NOT NULL,
  old_oid TEXT NOT NULL,
  new_oid TEXT NOT NULL,
  checkout TEXT,
  strategy TEXT NOT NULL CHECK (strategy IN ('ff', 'merge', 'squash', 'rebase')),
  message TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'landed', 'abandoned')),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  head_oid TEXT,
  decision TEXT
) STRICT;

INSERT INTO landing_with_rebase (id, task_id, base_ref, old_oid, new_oid, checkout, strategy, message, state, created_at,
  ended_at, head_oid, decision)
SELECT id, task_id, base_ref, old_oid, new_oid, checkout, strategy, message, state, created_at, ended_at, head_oid, decision
FROM landing;

DROP TABLE landing;
ALTER TABLE landing_with_rebase RENAME TO landing;

CREATE UNIQUE INDEX landing_open ON landing (task_id) WHERE state = 'open';
