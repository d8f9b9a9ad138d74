-- Which attempt a claim began, so that nobody has to read it out of what was said when the one before failed.
ALTER TABLE task_transition ADD COLUMN attempt INTEGER;

-- Of what moved before, that sentence is all there is: `Attempt 2 of 3 failed: …` came before attempt 3.
UPDATE task_transition SET attempt = (
  SELECT CAST(substr(before.reason, 9) AS INTEGER) + 1 FROM task_transition AS before
  WHERE before.task_id = task_transition.task_id AND before.number = task_transition.number - 1
    AND before.to_state = 'queued' AND before.by = 'runner' AND before.reason GLOB 'Attempt [0-9]* of [0-9]* failed: *'
)
WHERE from_state = 'queued' AND to_state = 'running';
