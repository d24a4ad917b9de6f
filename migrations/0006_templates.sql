-- How a request is drawn, as the people who sign it sign it.

-- The order of the payload's outermost members: positions of the sorted names, as a JSON list.
ALTER TABLE confirmations ADD COLUMN display_order TEXT NOT NULL DEFAULT '[]';
-- The template that draws it, chosen when the request is created. The document is found by its hash.
ALTER TABLE confirmations ADD COLUMN template_hash TEXT;

-- Templates of actions, set and ended by sealed changes. A request keeps the one that it was created with, so none is
-- ever deleted.
CREATE TABLE templates (
  tenant_id TEXT NOT NULL,
  -- The record that set it.
  seq INTEGER NOT NULL,
  action TEXT NOT NULL,
  hash TEXT NOT NULL,
  -- Canonical JSON.
  document TEXT NOT NULL,
  -- The record that replaced or removed it; null while it is in force.
  ended_seq INTEGER,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, seq) REFERENCES outbox (tenant_id, seq)
) STRICT;

-- Each new request looks for the template of its action.
CREATE UNIQUE INDEX templates_in_force ON templates (tenant_id, action) WHERE ended_seq IS NULL;
CREATE INDEX templates_by_hash ON templates (tenant_id, hash);

CREATE TRIGGER templates_moving_insert BEFORE INSERT ON templates
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER templates_moving_update BEFORE UPDATE ON templates
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
