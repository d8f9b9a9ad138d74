-- Standing answers of the person: what a rule covers is allowed without asking. A rule that was taken back stays, because
-- decisions name it.
CREATE TABLE rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL CHECK (scope IN ('session', 'repository')),
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  -- The session it was made in, which is all it reaches when that is its scope.
  session_id INTEGER NOT NULL REFERENCES session (id),
  request_id INTEGER NOT NULL REFERENCES request (id),
  agent TEXT NOT NULL,
  -- What it covers, as JSON.
  match TEXT NOT NULL,
  -- Whether the repository was trusted when it was made: with the trust goes the rule.
  trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  uses INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
  last_used_at INTEGER,
  revoked_at INTEGER,
  revoked_by TEXT,
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;

CREATE INDEX rule_standing ON rule (repository_id, agent, id) WHERE revoked_at IS NULL;

-- "Always" was the agent's own promise, kept where nobody could see it or take it back. An open request loses the option;
-- elsewhere the options keep their places, because answers name them by number.
UPDATE request SET options = (
  SELECT json_group_array(json(option.value)) FROM json_each(request.options) AS option
  WHERE option.value ->> 'kind' NOT IN ('allow_always', 'reject_always')
) WHERE state = 'open';

UPDATE request SET options = replace(replace(options, '"allow_always"', '"allow_once"'), '"reject_always"', '"reject_once"')
WHERE state <> 'open';

UPDATE request SET answer = json_set(json_remove(answer, '$.always'), '$.rule', NULL) WHERE answer IS NOT NULL;
