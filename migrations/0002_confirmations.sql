-- Requests for a person's decision, and each change of them.

CREATE TABLE confirmations (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  -- `decision`, or the kind of the directory change that is the payload.
  type TEXT NOT NULL,
  project_id TEXT NOT NULL,
  project_name TEXT NOT NULL,
  requester_kind TEXT NOT NULL CHECK (requester_kind IN ('key', 'oauth', 'person', 'service')),
  requester_id TEXT NOT NULL,
  requester_name TEXT NOT NULL,
  requester_person TEXT,
  action TEXT NOT NULL,
  payload_hash TEXT NOT NULL,
  policy_hash TEXT,
  metadata TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled')),
  version INTEGER NOT NULL,
  escalated INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- When time alone changes a pending request: at the next escalation, or when it expires.
  due_at INTEGER NOT NULL,
  execute_within_ms INTEGER,
  decided_at INTEGER,
  decided_seq INTEGER,
  overridden_by TEXT,
  consumed_at INTEGER,
  -- Of an agent's request: the same for requests of one key that differ only in case or in white space at both ends.
  -- Once a person has rejected one, the others are refused for some time.
  lock_hash TEXT,
  -- The same for exactly equal requests of one agent, until the outcome is delivered; then null. A client that timed
  -- out repeats its request, and finds the first one.
  dedupe_key TEXT,
  delivered_at INTEGER,
  -- The person who decides alone; null if a policy names the approvers.
  approver_id TEXT,
  -- The large columns come last: SQLite reads all that is before a column of a row, and a list needs neither.
  policy TEXT,
  -- Canonical JSON: the bytes that are hashed, shown, signed and forwarded.
  payload TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects (tenant_id, id)
) STRICT;

-- A verification link names a confirmation and no tenant.
CREATE UNIQUE INDEX confirmations_by_id ON confirmations (id);
CREATE INDEX confirmations_pending ON confirmations (tenant_id, due_at) WHERE status = 'pending';
-- The order of an inbox: changes of the directory first, then by expiry. It covers the count of open requests.
CREATE INDEX confirmations_open ON confirmations (tenant_id, (type = 'decision'), expires_at, id, type, requester_person)
WHERE status = 'pending';
-- How many requests of one requester wait for one person.
CREATE INDEX confirmations_of_pair ON confirmations (tenant_id, requester_id, approver_id, expires_at)
WHERE status = 'pending';
-- Lists of a project's decisions with one status, newest first.
CREATE INDEX confirmations_of_project ON confirmations (tenant_id, project_id, status, id) WHERE type = 'decision';
CREATE UNIQUE INDEX confirmations_undelivered ON confirmations (tenant_id, dedupe_key) WHERE dedupe_key IS NOT NULL;
-- Changes of the directory, by kind: a waiting person and every inbox look for pending ones.
CREATE INDEX confirmations_changes ON confirmations (tenant_id, type, status) WHERE type <> 'decision';
-- An agent's last rejection, by the time from which it locks.
CREATE INDEX confirmations_rejected ON confirmations (tenant_id, lock_hash, max(decided_at, coalesce(delivered_at, 0)))
WHERE status = 'rejected' AND lock_hash IS NOT NULL;

-- A second check behind the statements of a decision: an outcome is final.
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

-- Who is asked, for the inbox. Who may sign follows from the policy.
CREATE TABLE audience (
  tenant_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, confirmation_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- A covering index: without it the planner reads the tenant's whole primary key.
CREATE INDEX audience_of_confirmation ON audience (tenant_id, confirmation_id, person_id);

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

-- What has expired is deleted by these.
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- A WebAuthn challenge for one person and one confirmation, used once.
CREATE TABLE ceremonies (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  salt TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- The step that used it, or the id that the attempt would have given its step.
  used_by TEXT,
  used_at INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- One change of a confirmation. Because of the primary key two deciders can't both add step `n`.
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
  vote TEXT NOT NULL CHECK (vote IN ('approve', 'reject', 'break-glass')),
  at INTEGER NOT NULL,
  credential_id TEXT NOT NULL,
  statement TEXT NOT NULL,
  assertion TEXT NOT NULL,
  assertion_hash TEXT NOT NULL,
  -- The record before the outcome that ended it: its passkey was revoked, or its person became an auditor. Then it
  -- doesn't count. The same transaction sets it, so a record is the same whenever it is built.
  ended_seq INTEGER,
  -- One vote for each person, whatever the number of passkeys.
  PRIMARY KEY (tenant_id, confirmation_id, person_id),
  FOREIGN KEY (tenant_id, step_id) REFERENCES steps (tenant_id, id),
  FOREIGN KEY (tenant_id, credential_id) REFERENCES credentials (tenant_id, id)
) STRICT;

-- When a passkey was last used, for the page of devices.
CREATE INDEX votes_of_credential ON votes (tenant_id, credential_id, at);
