-- Whether the person had asked a task to go on past what held it before they wanted to drive it: if they do not, it still does.
ALTER TABLE takeover ADD COLUMN former_go_on INTEGER NOT NULL DEFAULT 0 CHECK (former_go_on IN (0, 1));
