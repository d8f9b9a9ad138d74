-- Work for agents of the relay, kept until it is answered; afterwards its id is remembered for a while, so that it is not done twice.
CREATE TABLE relay_work (
  -- Its number on the relay.
  seq INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  role TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- The message as JSON; NULL once it is answered.
  text TEXT,
  answered_at INTEGER,
  CHECK ((text IS NULL) = (answered_at IS NOT NULL)),
  UNIQUE (session, role, id)
) STRICT;

CREATE INDEX relay_work_waiting ON relay_work (session, role, seq) WHERE answered_at IS NULL;
CREATE INDEX relay_work_answered ON relay_work (answered_at) WHERE answered_at IS NOT NULL;
