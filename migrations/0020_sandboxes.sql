-- Sandboxes: organisations of people who try the product without signing up. Each is deleted after a day.

-- Until when it exists; null for every other organisation.
ALTER TABLE tenants ADD COLUMN sandbox_until INTEGER;

-- Those that exist are counted by this, and those whose time is over are found.
CREATE INDEX tenants_by_sandbox ON tenants (sandbox_until, id) WHERE sandbox_until IS NOT NULL AND deleted_at IS NULL;

-- Otherwise a statement could end an organisation for which nobody has signed, or keep a sandbox.
CREATE TRIGGER tenants_sandbox BEFORE UPDATE OF sandbox_until ON tenants
WHEN NEW.sandbox_until IS NOT OLD.sandbox_until
BEGIN
  SELECT RAISE (ABORT, 'a sandbox is one from its start, and its time never changes');
END;

-- A sandbox ends with its time. Nobody signs for that.
DROP TRIGGER tenants_deleted;
CREATE TRIGGER tenants_deleted BEFORE UPDATE OF deleted_at ON tenants
WHEN NEW.deleted_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE tenant_id = NEW.id AND type = 'tenant.deleted')
  AND (OLD.sandbox_until IS NULL OR OLD.sandbox_until > NEW.deleted_at)
BEGIN
  SELECT RAISE (ABORT, 'nobody has signed for the deletion of this organisation');
END;

-- What was committed before the end is sealed before it. A record after it would wait for ever. A move copies the tenant
-- before its records.
CREATE TRIGGER outbox_sandbox_ended BEFORE INSERT ON outbox
WHEN EXISTS (
    SELECT 1 FROM tenants WHERE id = NEW.tenant_id AND sandbox_until IS NOT NULL AND deleted_at IS NOT NULL
  )
  AND NOT EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state = 'arriving')
BEGIN
  SELECT RAISE (ABORT, 'no record follows the end of a sandbox');
END;
