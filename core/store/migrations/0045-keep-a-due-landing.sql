-- Whether a change in review was still to land by what its repository says when it was taken over.
ALTER TABLE takeover ADD COLUMN former_landing_due INTEGER NOT NULL DEFAULT 0 CHECK (former_landing_due IN (0, 1));
