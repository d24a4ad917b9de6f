-- How people hear of requests. A notice is a row in the transaction that it reports, and is sent later.

-- The kinds of channels that a request of this project uses, unless a channel says otherwise.
ALTER TABLE projects ADD COLUMN notice_kinds TEXT NOT NULL DEFAULT 'push email slack teams chat';
-- Whether notices leave out who asks for what.
ALTER TABLE projects ADD COLUMN hides_content INTEGER NOT NULL DEFAULT 0;
-- After this share of its time a request that still waits is reminded of; 0: never.
ALTER TABLE projects ADD COLUMN reminder_percent INTEGER NOT NULL DEFAULT 50
  CHECK (reminder_percent BETWEEN 0 AND 95);

-- Where notices go: to a person, or for a project to a chat room.
CREATE TABLE channels (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  person_id TEXT,
  project_id TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('push', 'email', 'slack', 'teams', 'chat')),
  name TEXT NOT NULL,
  -- The e-mail address, the address of the chat room's hook, or of the push service.
  address TEXT NOT NULL,
  -- JSON: the browser's keys `p256dh` and `auth`, of push only.
  keys TEXT,
  -- `default`: as the project says.
  use TEXT NOT NULL DEFAULT 'default' CHECK (use IN ('default', 'always', 'never')),
  created_at INTEGER NOT NULL,
  -- An e-mail address gets nothing before its owner has confirmed it.
  verified_at INTEGER,
  ended_at INTEGER,
  ended_because TEXT CHECK (ended_because IN ('removed', 'gone', 'unsubscribed')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
  CHECK ((person_id IS NULL) <> (project_id IS NULL)),
  CHECK ((ended_at IS NULL) = (ended_because IS NULL)),
  CHECK ((keys IS NULL) = (kind <> 'push'))
) STRICT;

CREATE UNIQUE INDEX channels_of_person ON channels (tenant_id, person_id, kind, address)
WHERE ended_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX channels_of_project ON channels (tenant_id, project_id, kind, address)
WHERE ended_at IS NULL AND project_id IS NOT NULL;

CREATE TRIGGER channels_moving_insert BEFORE INSERT ON channels
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER channels_moving_update BEFORE UPDATE ON channels
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

-- When a person wants no notices.
CREATE TABLE notice_settings (
  tenant_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  -- Minutes of the day in this time zone; null: no quiet hours.
  quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 1439),
  quiet_until INTEGER CHECK (quiet_until BETWEEN 0 AND 1439),
  time_zone TEXT NOT NULL,
  paused_until INTEGER,
  PRIMARY KEY (tenant_id, person_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
) STRICT;

CREATE TRIGGER notice_settings_moving_insert BEFORE INSERT ON notice_settings
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER notice_settings_moving_update BEFORE UPDATE ON notice_settings
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TABLE notices (
  tenant_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('asked', 'reminder', 'escalated', 'closed', 'break-glass')),
  -- Null for the channel of a project.
  person_id TEXT,
  at INTEGER NOT NULL,
  -- When it is to be sent; null if it is not.
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- `held`: waits to be sent together with others, after a burst of notices or quiet hours. `digested`: was sent so.
  -- `skipped`: there was nothing to say any more.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'sent', 'digested', 'skipped', 'failed')),
  sent_at INTEGER,
  error TEXT,
  -- However often the requester repeats itself, there is one.
  PRIMARY KEY (tenant_id, confirmation_id, channel_id, kind),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id),
  FOREIGN KEY (tenant_id, channel_id) REFERENCES channels (tenant_id, id),
  CHECK ((due_at IS NULL) = (state NOT IN ('waiting', 'held')))
) STRICT;

CREATE INDEX notices_due ON notices (tenant_id, due_at) WHERE due_at IS NOT NULL;
-- What waits for a channel.
CREATE INDEX notices_waiting ON notices (tenant_id, channel_id, due_at) WHERE due_at IS NOT NULL;
-- How many a channel got lately.
CREATE INDEX notices_sent ON notices (tenant_id, channel_id, sent_at) WHERE sent_at IS NOT NULL;

CREATE TRIGGER notices_moving_insert BEFORE INSERT ON notices
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER notices_moving_update BEFORE UPDATE ON notices
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
