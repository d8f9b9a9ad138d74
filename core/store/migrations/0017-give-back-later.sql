-- The time a queued task was to wait for when it was taken over: it waits for it again when nobody drives it after all.
ALTER TABLE takeover ADD COLUMN former_run_after INTEGER;
