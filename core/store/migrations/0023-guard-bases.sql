-- How changes land in a repository, as JSON; what is left out is as usual.
ALTER TABLE repository ADD COLUMN landing TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(landing));
