-- Only of finished tasks are there so many that they must not be counted one by one. The others have an index that is as small as
-- their number, so that adding a task and claiming it write one page less.
CREATE TABLE finished_count (
  state TEXT PRIMARY KEY,
  count INTEGER NOT NULL CHECK (count >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO finished_count (state, count)
SELECT state, sum(count) FROM task_count WHERE state IN ('done', 'failed', 'cancelled') GROUP BY state;

DROP TABLE task_count;
