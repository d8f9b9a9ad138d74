-- Which attempt a task was at that was in review, failed or cancelled when it was taken over: being driven is none.
ALTER TABLE takeover ADD COLUMN former_attempt INTEGER;
-- The agent's own id of the call that leave was asked for: by it the agent's record tells whether the leave was used.
ALTER TABLE request ADD COLUMN call TEXT;
