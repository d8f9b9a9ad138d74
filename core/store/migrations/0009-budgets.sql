-- What may be spent; null for no cap. A task's is over its whole life, a repository's is over a day.
ALTER TABLE task ADD COLUMN budget_usd REAL CHECK (budget_usd > 0);
ALTER TABLE task ADD COLUMN budget_tokens INTEGER CHECK (budget_tokens > 0);
ALTER TABLE task ADD COLUMN budget_minutes REAL CHECK (budget_minutes > 0);
-- The person said, at its budget, that it is to be finished with what is there.
ALTER TABLE task ADD COLUMN finishing INTEGER NOT NULL DEFAULT 0 CHECK (finishing IN (0, 1));
ALTER TABLE repository ADD COLUMN budget_usd REAL CHECK (budget_usd > 0);
ALTER TABLE repository ADD COLUMN budget_tokens INTEGER CHECK (budget_tokens > 0);
ALTER TABLE repository ADD COLUMN budget_minutes REAL CHECK (budget_minutes > 0);

-- What each task spent on each day, which is named by when it began. Added to while an agent works.
CREATE TABLE spending (
  task_id INTEGER NOT NULL REFERENCES task (id),
  day INTEGER NOT NULL,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  usd REAL NOT NULL DEFAULT 0,
  tokens INTEGER NOT NULL DEFAULT 0,
  -- How long its agent worked, without waiting for the person.
  running_ms INTEGER NOT NULL DEFAULT 0,
  -- A turn was not told, or not all of it, so the sum is a least.
  usd_untold INTEGER NOT NULL DEFAULT 0 CHECK (usd_untold IN (0, 1)),
  tokens_untold INTEGER NOT NULL DEFAULT 0 CHECK (tokens_untold IN (0, 1)),
  PRIMARY KEY (task_id, day)
) STRICT, WITHOUT ROWID;

CREATE INDEX spending_day ON spending (day, repository_id);

-- What was spent before it was kept by the day counts for the day its session began; how long it took is not known.
INSERT INTO spending (task_id, day, repository_id, usd, tokens, usd_untold, tokens_untold)
SELECT session.task_id, unixepoch(session.started_at / 1000, 'unixepoch', 'localtime', 'start of day', 'utc') * 1000 AS day,
  task.repository_id, total(session.cost_usd), CAST(total(session.input_tokens) + total(session.output_tokens) AS INTEGER),
  max(session.cost_usd IS NULL), max(session.input_tokens IS NULL)
FROM session JOIN task ON task.id = session.task_id GROUP BY session.task_id, day;

-- A budget that is reached asks a question of its own kind.
CREATE TABLE request_with_budgets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id INTEGER NOT NULL REFERENCES task (id),
  session_id INTEGER REFERENCES session (id),
  generation INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('permission', 'clarification', 'plan', 'start', 'budget')),
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  tool TEXT,
  options TEXT NOT NULL,
  allows_text INTEGER NOT NULL CHECK (allows_text IN (0, 1)),
  multiple INTEGER NOT NULL CHECK (multiple IN (0, 1)),
  steps TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
  answer TEXT,
  answered_by TEXT,
  created_at INTEGER NOT NULL,
  answered_at INTEGER,
  delivered_at INTEGER,
  withdrawn_at INTEGER,
  -- Which budget is reached, and how much more of it the first option allows, as JSON.
  budget TEXT,
  CHECK ((state = 'answered') = (answer IS NOT NULL)),
  CHECK ((kind = 'budget') = (budget IS NOT NULL))
) STRICT;

INSERT INTO request_with_budgets (id, task_id, session_id, generation, kind, title, body, tool, options, allows_text, multiple,
  steps, fingerprint, state, answer, answered_by, created_at, answered_at, delivered_at, withdrawn_at)
SELECT id, task_id, session_id, generation, kind, title, body, tool, options, allows_text, multiple, steps, fingerprint, state,
  answer, answered_by, created_at, answered_at, delivered_at, withdrawn_at FROM request;
DROP TABLE request;
ALTER TABLE request_with_budgets RENAME TO request;
CREATE INDEX request_open ON request (created_at, id) WHERE state = 'open';
CREATE INDEX request_task ON request (task_id, id);

-- What the person allowed beyond a budget, once for each request that asked.
CREATE TABLE budget_grant (
  request_id INTEGER PRIMARY KEY REFERENCES request (id),
  scope TEXT NOT NULL CHECK (scope IN ('task', 'repository', 'day')),
  -- The task or the repository; 0 for all tasks of a day.
  subject INTEGER NOT NULL,
  -- The day it holds for; 0 for a task's, which holds for good.
  day INTEGER NOT NULL,
  measure TEXT NOT NULL CHECK (measure IN ('usd', 'tokens', 'minutes')),
  amount REAL NOT NULL CHECK (amount > 0),
  granted_at INTEGER NOT NULL
) STRICT;

CREATE INDEX budget_grant_of ON budget_grant (scope, subject, day);
