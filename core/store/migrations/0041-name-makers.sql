-- Who made the state of a checkpoint what it is: the agent in its turn, the person between two turns, or Switchyard, which
-- brought the branch onto another commit. Only a checkpoint of the kind `turn` is ever another's than the agent's.
ALTER TABLE checkpoint ADD COLUMN made_by TEXT NOT NULL DEFAULT 'agent' CHECK (made_by IN ('agent', 'person', 'switchyard'));
