-- Where a task was when it was taken over, and the error it then had: it goes back there when nobody drives it after all.
ALTER TABLE takeover ADD COLUMN former TEXT CHECK (former IN ('review', 'failed', 'cancelled'));
ALTER TABLE takeover ADD COLUMN former_error TEXT;
