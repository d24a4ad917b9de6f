-- Every table but `webauthn_challenges` belongs to a tenant: the primary key begins with it, and a foreign key
-- carries it, so that a row can never be linked to another tenant's. Times are milliseconds since 1970.

CREATE TABLE tenants (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- Null until the owner's first passkey begins the stream.
  stream TEXT UNIQUE,
  stream_key TEXT NOT NULL,
  genesis_salt TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE people (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  username TEXT NOT NULL,
  -- What the person may do once a passkey of theirs counts; changed only by a sealed change.
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'auditor', 'approver')),
  -- What their passkeys know them by: random, says nothing.
  user_handle TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, username)
) STRICT;

CREATE TABLE credentials (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  label TEXT NOT NULL,
  public_key TEXT NOT NULL,
  algorithm INTEGER NOT NULL,
  sign_count INTEGER NOT NULL,
  backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
  backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
  transports TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- The record that made it count, set once that record is sealed; null: may sign in, may not decide.
  endorsed_seq INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  -- Of one person only, in all tenants.
  UNIQUE (id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE INDEX credentials_of_person ON credentials (tenant_id, person_id);

CREATE TABLE api_keys (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  shown TEXT NOT NULL,
  name TEXT NOT NULL,
  project_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  -- Who made it; a policy can exclude that person from approving what it asks.
  person_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE TABLE enrolments (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  -- The attempt that burnt it, so that the passkey is stored by that attempt only.
  used_by TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE TABLE sessions (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

-- A challenge for signing in or for a new passkey. Signing in happens before anything is known of
-- whoever does it, so this is the one table without a tenant; it holds nothing but random bytes.
CREATE TABLE webauthn_challenges (
  challenge TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  burnt_by TEXT
) STRICT;

CREATE INDEX webauthn_challenges_by_expiry ON webauthn_challenges (expires_at);

CREATE TABLE confirmations (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  -- `decision`, or the kind of change of the directory that the payload is.
  type TEXT NOT NULL,
  project_id TEXT NOT NULL,
  project_name TEXT NOT NULL,
  requester_kind TEXT NOT NULL CHECK (requester_kind IN ('key', 'oauth', 'person', 'service')),
  requester_id TEXT NOT NULL,
  requester_name TEXT NOT NULL,
  requester_person TEXT,
  action TEXT NOT NULL,
  -- Canonical JSON: the very bytes that are hashed, shown, signed and forwarded.
  payload TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  policy TEXT,
  policy_hash TEXT,
  metadata TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
  version INTEGER NOT NULL,
  escalated INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  execute_within_ms INTEGER,
  decided_at INTEGER,
  decided_seq INTEGER,
  overridden_by TEXT,
  consumed_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id)
) STRICT;

CREATE INDEX confirmations_open ON confirmations (tenant_id, expires_at) WHERE status = 'pending';

-- The second line behind the guarded chain: an outcome is final.
CREATE TRIGGER confirmations_final BEFORE UPDATE OF status ON confirmations
WHEN OLD.status <> 'pending' AND NEW.status <> OLD.status
BEGIN
  SELECT RAISE (ABORT, 'a decided confirmation never changes its status');
END;

CREATE TRIGGER confirmations_consumed_once BEFORE UPDATE OF consumed_at ON confirmations
WHEN OLD.consumed_at IS NOT NULL
BEGIN
  SELECT RAISE (ABORT, 'an approval is used once');
END;

-- Who is asked: the index behind the inbox. Who may sign follows from the policy.
CREATE TABLE asked (
  tenant_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, confirmation_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;

CREATE TABLE idempotency (
  tenant_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  name TEXT NOT NULL,
  operation TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key_id, operation, name),
  FOREIGN KEY (tenant_id, key_id) REFERENCES api_keys (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;

-- One WebAuthn challenge for one person and one confirmation, used once.
CREATE TABLE ceremonies (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  salt TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  burnt_by TEXT,
  burnt_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

-- One change of a confirmation. The primary key lets two deciders never make the same step.
CREATE TABLE steps (
  tenant_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('approve', 'reject', 'break-glass', 'cancel', 'expire', 'escalate', 'consume')),
  at INTEGER NOT NULL,
  person_id TEXT,
  PRIMARY KEY (tenant_id, confirmation_id, n),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;

CREATE TABLE votes (
  tenant_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approve', 'reject', 'break-glass')),
  at INTEGER NOT NULL,
  credential_id TEXT NOT NULL,
  statement TEXT NOT NULL,
  assertion TEXT NOT NULL,
  assertion_hash TEXT NOT NULL,
  -- One person, one vote, whatever the number of passkeys.
  PRIMARY KEY (tenant_id, confirmation_id, person_id),
  FOREIGN KEY (tenant_id, step_id) REFERENCES steps (tenant_id, id),
  FOREIGN KEY (tenant_id, credential_id) REFERENCES credentials (tenant_id, id)
) STRICT;

-- What is to be sealed, in order. The committing batch draws seq, time and salts, so that sealing is a
-- pure function of rows and can be repeated after a crash at any line.
CREATE TABLE outbox (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  seq INTEGER NOT NULL,
  step_id TEXT,
  confirmation_id TEXT,
  type TEXT NOT NULL,
  outcome TEXT,
  at INTEGER NOT NULL,
  directory_seq INTEGER NOT NULL,
  entry_salt TEXT NOT NULL,
  payload_salt TEXT NOT NULL,
  -- For records without a confirmation.
  body TEXT,
  -- Null until sealed.
  idx INTEGER,
  commitment TEXT,
  PRIMARY KEY (tenant_id, seq),
  UNIQUE (tenant_id, step_id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;

CREATE INDEX outbox_unsealed ON outbox (tenant_id, seq) WHERE idx IS NULL;
