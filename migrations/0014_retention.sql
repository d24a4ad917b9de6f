-- The erasure of what is older than an organisation's history.

-- When action, content, reasons and signatures were erased. What remains says that there was a request, when, and what
-- became of it.
ALTER TABLE confirmations ADD COLUMN erased_at INTEGER;
-- The record that announces that this one is erased. Its salts are gone, so nobody can open its commitment any more.
ALTER TABLE outbox ADD COLUMN erased_seq INTEGER;

-- A record of an erasure changes nothing about who may sign.
DROP INDEX outbox_directory;
CREATE INDEX outbox_directory ON outbox (tenant_id, seq) WHERE type NOT IN ('decision', 'consumed', 'erased');

-- The lists of an API leave out what is erased, however much that is.
DROP INDEX confirmations_of_project;
CREATE INDEX confirmations_of_project ON confirmations (tenant_id, project_id, status, id)
WHERE type = 'decision' AND erased_at IS NULL;

-- How far erasing is, and what was announced to people. Only for organisations with a limited history.
CREATE TABLE retention (
  tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id),
  -- The history that was announced, and when the first erasure that was announced last is made; null: nothing was.
  days INTEGER,
  erases_at INTEGER,
  -- The month in which content is being erased, such as 2026-11; null before the first erasure.
  month TEXT,
  -- The first record that was not looked at yet.
  next_seq INTEGER NOT NULL,
  -- The attempt that erased the last batch: only its statements have an effect.
  batch TEXT,
  -- When to look again.
  due_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER retention_moving_insert BEFORE INSERT ON retention
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER retention_moving_update BEFORE UPDATE ON retention
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
