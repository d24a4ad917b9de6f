-- What a read, a wait and a decision look up, so that what they cost does not grow with what a tenant has asked before:
-- who is asked, the records of one confirmation, and the last change of the directory. The first two hold all that
-- is asked of them, or the planner would rather read the tenant's whole primary key.
CREATE INDEX outbox_of_confirmation ON outbox (tenant_id, confirmation_id, seq);
CREATE INDEX outbox_directory ON outbox (tenant_id, seq) WHERE type NOT IN ('decision', 'consumed');

-- The same rows as before, kept once: they are all key.
CREATE TABLE asked_once (
  tenant_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, confirmation_id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO asked_once SELECT tenant_id, person_id, confirmation_id FROM asked;
DROP TABLE asked;
ALTER TABLE asked_once RENAME TO asked;
CREATE INDEX asked_of_confirmation ON asked (tenant_id, confirmation_id, person_id);
