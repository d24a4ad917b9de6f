-- What people in the console need to know of each other, and the end of a person's place in the organisation.

-- When the person was removed. The row stays, because statements name the person.
ALTER TABLE people ADD COLUMN removed_at INTEGER;

-- When somebody revoked the link, or removed its person. Such a link is also void.
ALTER TABLE enrolments ADD COLUMN revoked_at INTEGER;
-- Who made the link, as in the audit trail.
ALTER TABLE enrolments ADD COLUMN sender_kind TEXT NOT NULL DEFAULT 'operator'
  CHECK (sender_kind IN ('person', 'key', 'service', 'operator'));
ALTER TABLE enrolments ADD COLUMN sender_name TEXT NOT NULL DEFAULT 'Operator';
