-- What people set about their channels.

-- When the last link to confirm the e-mail address was sent, and how many were.
ALTER TABLE channels ADD COLUMN linked_at INTEGER;
ALTER TABLE channels ADD COLUMN links INTEGER NOT NULL DEFAULT 0;

-- Those that have ended, too.
CREATE INDEX channels_by_person ON channels (tenant_id, person_id, created_at) WHERE person_id IS NOT NULL;

-- A browser has one subscription. It belongs to the person who added it last.
CREATE INDEX channels_by_endpoint ON channels (tenant_id, address) WHERE kind = 'push' AND ended_at IS NULL;
