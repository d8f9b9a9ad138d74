-- When the person was told what agents said of a change while it landed. Nobody is told of what landed before this.
ALTER TABLE landing ADD COLUMN told_at INTEGER;
UPDATE landing SET told_at = coalesce(ended_at, created_at) WHERE state <> 'open';

CREATE INDEX landing_untold ON landing (id) WHERE state = 'landed' AND told_at IS NULL;
