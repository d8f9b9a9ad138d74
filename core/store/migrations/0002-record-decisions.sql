-- Every decision of a person or of a rule in their place, each sealed with the hash of the one before. Added to, never
-- changed; the triggers keep our own mistakes out, the hashes show everybody else's.
CREATE TABLE decision (
  number INTEGER PRIMARY KEY,
  task_id INTEGER REFERENCES task (id),
  text TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

CREATE INDEX decision_task ON decision (task_id, number);

CREATE TRIGGER decision_unchanged BEFORE UPDATE ON decision
BEGIN
  SELECT RAISE(ABORT, 'a decision is never changed');
END;

CREATE TRIGGER decision_kept BEFORE DELETE ON decision
BEGIN
  SELECT RAISE(ABORT, 'a decision is never deleted');
END;
