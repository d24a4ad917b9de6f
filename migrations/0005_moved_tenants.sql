-- Tenants that move between this shard and another one.

CREATE TABLE moved_tenants (
  ref TEXT NOT NULL PRIMARY KEY,
  -- The other shard.
  shard TEXT NOT NULL,
  -- `leaving`: it is still served from here, its rows are being copied to the other shard, and none may change.
  -- `left`: it is served from the other shard. The row stays, because the tenant's ref leads here first.
  -- `arriving`: its rows are being copied from the other shard. Served from here once it has left that one.
  -- `staying`: its move was stopped, and the copied rows are being deleted in the other shard.
  state TEXT NOT NULL CHECK (state IN ('leaving', 'left', 'arriving', 'staying')),
  -- When it got this state.
  at INTEGER NOT NULL
) STRICT;

-- The shards in which a request of a tenant that has left can be.
CREATE INDEX moved_tenants_by_shard ON moved_tenants (shard) WHERE state = 'left';

-- While its rows are being copied, and after that, nothing may change them here. Otherwise an acknowledged change could
-- be lost, by a Desk that does not know yet that its tenant is moving. A Desk turns this error into a refusal.

CREATE TRIGGER tenants_moving_update BEFORE UPDATE ON tenants
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER projects_moving_insert BEFORE INSERT ON projects
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER projects_moving_update BEFORE UPDATE ON projects
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER people_moving_insert BEFORE INSERT ON people
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER people_moving_update BEFORE UPDATE ON people
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER credentials_moving_insert BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER credentials_moving_update BEFORE UPDATE ON credentials
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER api_keys_moving_insert BEFORE INSERT ON api_keys
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER api_keys_moving_update BEFORE UPDATE ON api_keys
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER enrolments_moving_insert BEFORE INSERT ON enrolments
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER enrolments_moving_update BEFORE UPDATE ON enrolments
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER sessions_moving_insert BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER sessions_moving_update BEFORE UPDATE ON sessions
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER confirmations_moving_insert BEFORE INSERT ON confirmations
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER confirmations_moving_update BEFORE UPDATE ON confirmations
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER audience_moving_insert BEFORE INSERT ON audience
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER audience_moving_update BEFORE UPDATE ON audience
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER idempotency_moving_insert BEFORE INSERT ON idempotency
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER idempotency_moving_update BEFORE UPDATE ON idempotency
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER ceremonies_moving_insert BEFORE INSERT ON ceremonies
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER ceremonies_moving_update BEFORE UPDATE ON ceremonies
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER steps_moving_insert BEFORE INSERT ON steps
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER steps_moving_update BEFORE UPDATE ON steps
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER votes_moving_insert BEFORE INSERT ON votes
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER votes_moving_update BEFORE UPDATE ON votes
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER outbox_moving_insert BEFORE INSERT ON outbox
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER outbox_moving_update BEFORE UPDATE ON outbox
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER reveals_moving_insert BEFORE INSERT ON reveals
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER reveals_moving_update BEFORE UPDATE ON reveals
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER events_moving_insert BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER events_moving_update BEFORE UPDATE ON events
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
