-- Who must sign, as the organisation's people sign it.

-- Groups, policies and rules, set and ended by sealed changes. A request keeps what was chosen for it, and names the
-- documents by their hashes, so none is ever deleted.
CREATE TABLE documents (
  tenant_id TEXT NOT NULL,
  -- The record that set it.
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('group', 'policy', 'rules')),
  -- Empty for the rules: there is one document of them.
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  -- Canonical JSON.
  document TEXT NOT NULL,
  -- The record that replaced or removed it; null while it is in force.
  ended_seq INTEGER,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, seq) REFERENCES outbox (tenant_id, seq)
) STRICT;

CREATE UNIQUE INDEX documents_in_force ON documents (tenant_id, kind, name) WHERE ended_seq IS NULL;
-- A receipt holds the documents that its request rests on.
CREATE INDEX documents_by_hash ON documents (tenant_id, hash);

CREATE TRIGGER documents_moving_insert BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER documents_moving_update BEFORE UPDATE ON documents
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

-- The name of the policy document that was chosen, for lists; null where one named person decides.
ALTER TABLE confirmations ADD COLUMN policy_name TEXT;

-- The stage of the policy that was open when the challenge was issued, counted from 1. It is signed.
ALTER TABLE ceremonies ADD COLUMN stage INTEGER NOT NULL DEFAULT 1;
ALTER TABLE votes ADD COLUMN stage INTEGER NOT NULL DEFAULT 1;

-- When the person was asked; null while an earlier stage is open or an escalation is not reached.
ALTER TABLE audience ADD COLUMN asked_at INTEGER;
UPDATE audience SET asked_at = 0;
-- When a later stage was opened in which the person may not sign; null while the person may.
ALTER TABLE audience ADD COLUMN over_at INTEGER;
