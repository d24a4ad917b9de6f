-- What the life of an API key needs besides its creation and its end.

-- 1 until the change that lets it manage people or export the history is signed and sealed. Until then it is no key.
ALTER TABLE api_keys ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
-- The key that this one takes over from. Both work until the earlier one ends.
ALTER TABLE api_keys ADD COLUMN replaces TEXT;
-- The request in which people sign for it.
ALTER TABLE api_keys ADD COLUMN change_id TEXT;

-- A project's keys by their end, so that neither a list nor a count reads those that ended long ago. A key without an
-- end comes last.
CREATE INDEX api_keys_of_project ON api_keys
  (tenant_id, project_id, coalesce(min(revoked_at, expires_at), revoked_at, expires_at, 9007199254740991));
CREATE INDEX api_keys_replaced ON api_keys (tenant_id, replaces) WHERE replaces IS NOT NULL;

-- Two projects of one name could be mistaken for each other. An archived one gives up its name.
CREATE UNIQUE INDEX projects_by_name ON projects (tenant_id, name COLLATE NOCASE) WHERE archived_at IS NULL;

-- The history of one key, project or person.
CREATE INDEX trail_of_subject ON trail (tenant_id, subject_id, id);
