-- What a landing needs to be finished by whoever comes after a crash: which commit was approved, and the decision to be
-- recorded once it is on its base.
ALTER TABLE landing ADD COLUMN head_oid TEXT;
ALTER TABLE landing ADD COLUMN decision TEXT;
