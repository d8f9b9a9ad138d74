-- A finished change that is to land by what its repository says, as soon as its checks are looked at. Any move of the task
-- ends that.
ALTER TABLE task ADD COLUMN landing_due INTEGER NOT NULL DEFAULT 0 CHECK (landing_due IN (0, 1));

CREATE INDEX task_landing_due ON task (id) WHERE landing_due = 1;
