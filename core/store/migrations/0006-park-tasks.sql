-- Why a queued task waits for its runAfter; null when nothing holds it. A claim clears it.
ALTER TABLE task ADD COLUMN parked TEXT CHECK (parked IN ('limit', 'overload', 'agent', 'budget'));
-- How often in a row its provider refused for now.
ALTER TABLE task ADD COLUMN parks INTEGER NOT NULL DEFAULT 0 CHECK (parks >= 0);
-- The person asked to go on now: what its agent's provider said to another task does not hold it.
ALTER TABLE task ADD COLUMN go_on INTEGER NOT NULL DEFAULT 0 CHECK (go_on IN (0, 1));

CREATE INDEX task_parked ON task (parked, agent) WHERE parked IS NOT NULL;

-- The agents whose provider refuses for now. Tasks of theirs that come up meanwhile wait instead of being refused one by one.
CREATE TABLE agent_limit (
  agent TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('limit', 'overload')),
  reason TEXT NOT NULL,
  until INTEGER NOT NULL,
  -- How often in a row it refused, counting tasks that were refused together once.
  times INTEGER NOT NULL CHECK (times >= 1),
  noted_at INTEGER NOT NULL,
  task_id INTEGER NOT NULL REFERENCES task (id)
) STRICT, WITHOUT ROWID;
