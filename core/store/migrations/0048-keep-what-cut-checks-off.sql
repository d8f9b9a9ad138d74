-- What ended a check before it said anything of the change: a takeover of its task, or the end of the runtime. Null for one that
-- came to its end, or that was stopped for what concerns it.
ALTER TABLE check_run ADD COLUMN cut_off TEXT CHECK (cut_off IN ('takeover', 'closing'));
-- Whether Switchyard began it by itself on a change in review, so that nobody would begin it again.
ALTER TABLE check_run ADD COLUMN by_itself INTEGER NOT NULL DEFAULT 0 CHECK (by_itself IN (0, 1));
CREATE INDEX check_run_cut_off ON check_run (task_id) WHERE cut_off IS NOT NULL;
