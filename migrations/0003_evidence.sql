-- The verification link names a confirmation and no tenant; ids are random, so one is of one tenant only.
CREATE UNIQUE INDEX confirmations_by_id ON confirmations (id);

-- Decisions whose action and content were made public by a sealed change, and when that was taken back.
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

-- The record that took a passkey back: by its place, not by the clock, it is known which signatures were before.
ALTER TABLE credentials ADD COLUMN revoked_seq INTEGER;

-- Whether the passkey made with this link is to replace those that the person has lost.
ALTER TABLE enrolments ADD COLUMN recovers INTEGER NOT NULL DEFAULT 0 CHECK (recovers IN (0, 1));

-- Everybody's inbox tells of recoveries, and looks every second while it is open.
CREATE INDEX outbox_recoveries ON outbox (tenant_id, at) WHERE type = 'recovered';
