-- What is needed to add up how long agents waited for the person: until when the lease held as the task left a worker's
-- hands, because after a crash nobody waited longer than that; and where the waits that ended on a day are found.
ALTER TABLE task_transition ADD COLUMN lease_until INTEGER;

CREATE INDEX task_transition_waited ON task_transition (at) WHERE from_state = 'waiting';
