-- What somebody who looks after the tenant must see: each row is also one line in the Worker's log.

CREATE TABLE events (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('verifier_disagreement', 'signature_counter_regression')),
  at INTEGER NOT NULL,
  person_id TEXT NOT NULL,
  -- Not a foreign key: the passkey of a refused registration is not stored.
  credential_id TEXT NOT NULL,
  confirmation_id TEXT,
  -- JSON. No secrets and no payload.
  detail TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;
