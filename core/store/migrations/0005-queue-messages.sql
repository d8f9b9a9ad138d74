-- A message may be changed or taken back until it is handed to the agent; one taken back stays as a row.
ALTER TABLE task_message ADD COLUMN handed_at INTEGER;
ALTER TABLE task_message ADD COLUMN removed_at INTEGER;

DROP INDEX task_message_pending;
CREATE INDEX task_message_pending ON task_message (task_id, id) WHERE delivered_at IS NULL AND removed_at IS NULL;
