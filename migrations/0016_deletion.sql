-- The end of an organisation. Its row stays, empty, so that its ref is never given to another one.

-- When the deletion that an owner signed was sealed. From then on there is no such organisation for any caller.
ALTER TABLE tenants ADD COLUMN deleted_at INTEGER;

-- The record's label, of a deleted organisation only: it can't be computed any more, and restoring a lost log needs it.
ALTER TABLE outbox ADD COLUMN label TEXT;
-- How far the rows of a deleted organisation are reduced to what the log needs.
CREATE INDEX outbox_labelled ON outbox (tenant_id, seq) WHERE label IS NOT NULL;

-- The deletion is the last record of a stream.
CREATE UNIQUE INDEX outbox_deletion ON outbox (tenant_id) WHERE type = 'tenant.deleted';
CREATE TRIGGER outbox_ended BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM outbox WHERE tenant_id = NEW.tenant_id AND type = 'tenant.deleted')
BEGIN
  SELECT RAISE (ABORT, 'no record follows the deletion of an organisation');
END;

-- A second check behind the statement: nothing else ends an organisation.
CREATE TRIGGER tenants_deleted BEFORE UPDATE OF deleted_at ON tenants
WHEN NEW.deleted_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE tenant_id = NEW.id AND type = 'tenant.deleted')
BEGIN
  SELECT RAISE (ABORT, 'nobody has signed for the deletion of this organisation');
END;
