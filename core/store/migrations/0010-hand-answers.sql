-- When an agent was about to be given the answer: committed before it is, so that leave to do something is never given
-- twice because a process died. `delivered_at` says since when the agent has it for good.
ALTER TABLE request ADD COLUMN handed_at INTEGER;
