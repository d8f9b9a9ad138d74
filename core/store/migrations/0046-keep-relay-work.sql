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

-- What came by the relay for an agent of the runner, and is one of its task's messages.
CREATE TABLE relay_message (
  message_id INTEGER PRIMARY KEY REFERENCES task_message (id),
  session_id INTEGER NOT NULL REFERENCES session (id),
  id TEXT NOT NULL,
  -- Its number on the relay; NULL until it is published there.
  seq INTEGER,
  answered_at INTEGER,
  UNIQUE (session_id, id)
) STRICT;

CREATE INDEX relay_message_waiting ON relay_message (session_id) WHERE answered_at IS NULL;
