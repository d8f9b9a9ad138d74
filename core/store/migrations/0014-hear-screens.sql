-- The hash of the key with which the hooks of a screen come in; null when it has none.
ALTER TABLE takeover ADD COLUMN key_hash TEXT;
-- The number of the transcript's last event before the screen was opened: what comes after is told once.
ALTER TABLE takeover ADD COLUMN after_event INTEGER NOT NULL DEFAULT 0;
