-- What lets another program make certain calls. Only the hash of its secret is kept. One that was revoked stays: what it did is told
-- by its name, which no other gets.
CREATE TABLE key (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL CHECK (type IN ('feature', 'bugfix', 'test', 'docs', 'refactor', 'review', 'observer')),
  -- SHA-256 of the secret, and how the secret begins.
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  prefix TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  rotated_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

-- Browsers that the person signed in to the monitor, by the hash of what they show.
CREATE TABLE sign_in (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  browser TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
