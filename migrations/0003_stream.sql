-- The tenant's stream of records: those to be sealed and those that are in the log.

-- The transaction that commits a change also draws seq, time and salts. So sealing is a pure function of rows, and
-- is repeated after a crash at any line.
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
  -- The record's content, if it has no confirmation.
  body TEXT,
  -- The index of the log's entry; null until the record is sealed.
  idx INTEGER,
  commitment TEXT,
  PRIMARY KEY (tenant_id, seq),
  UNIQUE (tenant_id, step_id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT;

CREATE INDEX outbox_unsealed ON outbox (tenant_id, seq) WHERE idx IS NULL;
-- After each start the log asks for its size; a log that is being restored asks for its entries.
CREATE INDEX outbox_sealed ON outbox (idx) WHERE idx IS NOT NULL;
-- The records of one confirmation, and the last change of the directory: a read, a wait and a decision need them.
CREATE INDEX outbox_of_confirmation ON outbox (tenant_id, confirmation_id, seq);
CREATE INDEX outbox_directory ON outbox (tenant_id, seq) WHERE type NOT IN ('decision', 'consumed');
-- Every inbox shows recent recoveries.
CREATE INDEX outbox_recoveries ON outbox (tenant_id, at) WHERE type = 'recovered';

-- Decisions whose action and content a sealed change made public, and when another change withdrew that.
CREATE TABLE reveals (
  tenant_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  -- The record of the reveal.
  seq INTEGER NOT NULL,
  withdrawn_at INTEGER,
  PRIMARY KEY (tenant_id, seq),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id),
  FOREIGN KEY (tenant_id, seq) REFERENCES outbox (tenant_id, seq)
) STRICT;

CREATE INDEX reveals_of_confirmation ON reveals (tenant_id, confirmation_id);
