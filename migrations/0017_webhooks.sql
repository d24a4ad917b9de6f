-- Where backends hear of events. A delivery is a row in the transaction that it reports, and is sent later.

CREATE TABLE webhooks (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  -- Null: events of all projects, and those of no project.
  project_id TEXT,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('standard', 'ocsf')),
  -- JSON: the list of the event types that it gets.
  events TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Its secrets are derived from a secret of the service and this number. A rotation adds one.
  secret_number INTEGER NOT NULL DEFAULT 1,
  -- Until when deliveries are also signed with the secrets before.
  previous_until INTEGER,
  -- Since when no delivery arrived; null after one that did.
  failing_since INTEGER,
  disabled_at INTEGER,
  disabled_because TEXT CHECK (disabled_because IN ('gone', 'failing', 'person')),
  removed_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
  CHECK ((disabled_at IS NULL) = (disabled_because IS NULL))
) STRICT;

CREATE TRIGGER webhooks_moving_insert BEFORE INSERT ON webhooks
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER webhooks_moving_update BEFORE UPDATE ON webhooks
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TABLE webhook_deliveries (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  -- The order of the events, for each webhook from 1.
  sequence INTEGER NOT NULL,
  -- The same in the deliveries of one event to several webhooks.
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- What it is about: the id of a request, or empty.
  subject_id TEXT NOT NULL,
  -- JSON: what the body says of it.
  data TEXT NOT NULL,
  -- When it is to be sent; null if it is not.
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- `held`: the webhook was disabled at that time.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed', 'held')),
  -- JSON: the attempts with their times and answers, in order.
  tries TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant_id, webhook_id, sequence),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks (tenant_id, id),
  CHECK ((due_at IS NULL) = (state <> 'waiting'))
) STRICT;

-- However often an event is reported, there is one delivery of it.
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (tenant_id, webhook_id, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (tenant_id, due_at) WHERE due_at IS NOT NULL;
-- Old ones are deleted.
CREATE INDEX webhook_deliveries_at ON webhook_deliveries (tenant_id, at);

CREATE TRIGGER webhook_deliveries_moving_insert BEFORE INSERT ON webhook_deliveries
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER webhook_deliveries_moving_update BEFORE UPDATE ON webhook_deliveries
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
