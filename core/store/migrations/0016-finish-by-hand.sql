-- The person has finished the task in its terminal: it goes into review without a turn of its agent, also after a restart.
ALTER TABLE takeover ADD COLUMN finishes INTEGER NOT NULL DEFAULT 0 CHECK (finishes IN (0, 1));

CREATE INDEX takeover_finishes ON takeover (task_id) WHERE finishes = 1;
