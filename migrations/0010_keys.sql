-- What the life of an API key needs besides its creation and its end.

-- 1 until the change that lets it manage people or export the history is signed and sealed. Until then it is no key.
ALTER TABLE api_keys ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
-- The key that this one takes over from. Both work until the earlier one ends.
ALTER TABLE api_keys ADD COLUMN replaces TEXT;
