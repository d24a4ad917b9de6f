-- Tenants, people and what identifies them. Every table but `webauthn_challenges` belongs to a tenant: the tenant
-- comes first in the primary key and is part of every foreign key, so no row can refer to another tenant's row.
-- Times are milliseconds since 1970.

CREATE TABLE tenants (
  -- Its ref: the first character names the shard, the database in which it was created.
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- Null until the owner registers the first passkey.
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
  -- What the person may do with an active passkey. Once one is endorsed, only a sealed
  -- change of the directory changes it.
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'auditor', 'approver')),
  -- The user handle of the person's passkeys: the tenant's ref and random bytes.
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
  -- The record that endorsed it, set when that record is sealed. With null it has no rights.
  endorsed_seq INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  -- When its signature counter last went back: it may have been copied.
  counter_regressed_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE INDEX credentials_of_person ON credentials (tenant_id, person_id);
-- With one public key as two passkeys, one person could count as two, or sign on after a revocation.
CREATE UNIQUE INDEX credentials_by_public_key ON credentials (tenant_id, public_key);

CREATE TABLE api_keys (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  redacted TEXT NOT NULL,
  name TEXT NOT NULL,
  project_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  -- Who created it. A policy can exclude this person from approving the key's requests.
  person_id TEXT,
  -- Whether an agent uses it. Then a rejection locks its requests over REST, too, not only those over MCP.
  agent INTEGER NOT NULL DEFAULT 0 CHECK (agent IN (0, 1)),
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
  -- The attempt that used it: only this attempt stores a passkey.
  used_by TEXT,
  -- Whether the passkey replaces all that the person has lost.
  recovers INTEGER NOT NULL DEFAULT 0 CHECK (recovers IN (0, 1)),
  -- When a newer link was made or used, or the person's passkey was rejected. A person has at most one usable link.
  voided_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE INDEX enrolments_of_person ON enrolments (tenant_id, person_id);
-- What has expired is deleted by these.
CREATE INDEX enrolments_by_expiry ON enrolments (expires_at);

CREATE TABLE sessions (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  -- The passkey that opened it, and with it the person. A revoked passkey has no sessions.
  credential_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, credential_id) REFERENCES credentials (tenant_id, id)
) STRICT;

CREATE INDEX sessions_of_credential ON sessions (tenant_id, credential_id);

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Challenges for signing in and for new passkeys. Before a sign-in the person and the tenant are unknown, so this
-- table has no tenant. It holds only random bytes and ids.
CREATE TABLE webauthn_challenges (
  challenge TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_by TEXT,
  -- The person that it was issued for; null for signing in.
  person_id TEXT
) STRICT;

CREATE INDEX webauthn_challenges_by_expiry ON webauthn_challenges (expires_at);
