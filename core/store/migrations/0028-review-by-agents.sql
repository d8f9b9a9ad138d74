-- A task whose agent reviews the change of another one, as that stood at `head`, and what it says of it in the end.
CREATE TABLE agent_review (
  task_id INTEGER PRIMARY KEY REFERENCES task (id),
  reviewed_id INTEGER NOT NULL REFERENCES task (id),
  head TEXT NOT NULL,
  merge_base TEXT NOT NULL,
  verdict TEXT CHECK (verdict IN ('good', 'needs changes')),
  summary TEXT NOT NULL DEFAULT '',
  CHECK (task_id <> reviewed_id)
) STRICT;

CREATE INDEX agent_review_of ON agent_review (reviewed_id, task_id);

-- Null for what the person wrote. An agent's comment is sent only after the person accepted it.
ALTER TABLE comment ADD COLUMN review_id INTEGER REFERENCES agent_review (task_id);
ALTER TABLE comment ADD COLUMN severity TEXT CHECK (severity IN ('problem', 'suggestion', 'nit'));
ALTER TABLE comment ADD COLUMN accepted_at INTEGER;
-- What tells it from the others of its review: a digest of its place and words as the agent gave them. An agent that says
-- the same again, because it or its tool was cut off, has said it once.
ALTER TABLE comment ADD COLUMN said TEXT;

CREATE UNIQUE INDEX comment_said ON comment (review_id, said) WHERE review_id IS NOT NULL;
