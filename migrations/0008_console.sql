-- What an organisation sets about itself, and who did what in it.

-- Organisations that an operator makes have no limits, unless the operator gives them a plan.
ALTER TABLE tenants ADD COLUMN plan TEXT NOT NULL DEFAULT 'enterprise'
  CHECK (plan IN ('free', 'team', 'business', 'enterprise'));
ALTER TABLE tenants ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
-- How long a request waits that names no time itself.
ALTER TABLE tenants ADD COLUMN default_expiry_seconds INTEGER NOT NULL DEFAULT 900;
-- How many days of history are kept; null: as many as the plan has.
ALTER TABLE tenants ADD COLUMN retention_days INTEGER;
-- Whom its people contact when they lose a phone or see something strange; empty: nobody.
ALTER TABLE tenants ADD COLUMN security_contact TEXT NOT NULL DEFAULT '';
-- Without a passkey it is deleted at this time; null once there is one.
ALTER TABLE tenants ADD COLUMN signup_until INTEGER;
-- When the first steps were done or hidden.
ALTER TABLE tenants ADD COLUMN guide_done_at INTEGER;

-- Until when the session may change things, after a touch of the passkey. Otherwise it only reads.
ALTER TABLE sessions ADD COLUMN elevated_until INTEGER;

-- The audit trail: each administrative act and each sign-in, written in the transaction that it reports.
CREATE TABLE trail (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'key', 'service', 'operator')),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  -- What was done, such as `key.created`.
  act TEXT NOT NULL,
  -- What it was done to: an id, empty if it is the organisation itself, and its name at that time.
  subject_id TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  -- JSON: what changed, such as {"from":"admin","to":"owner"}. No secrets and no payload.
  detail TEXT NOT NULL,
  -- From where, in general terms, such as "Chrome on Android, DE"; empty for a program.
  place TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TRIGGER trail_moving_insert BEFORE INSERT ON trail
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER trail_moving_update BEFORE UPDATE ON trail
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

-- What was done is not changed later.
CREATE TRIGGER trail_final BEFORE UPDATE ON trail
BEGIN
  SELECT RAISE (ABORT, 'the audit trail is never changed');
END;
