-- When a passkey was used last, its votes know: the page of devices asks for the newest of them, and a decision
-- need not write it a second time.
CREATE INDEX votes_of_credential ON votes (tenant_id, credential_id, at);

-- A vote is a step, and makes it. One that has its step already, as a Worker from before this makes them, keeps
-- it; one whose place in its confirmation another step has taken is left without, and can't be there at all.
CREATE TRIGGER votes_are_steps BEFORE INSERT ON votes
BEGIN
  INSERT OR IGNORE INTO steps
  SELECT tenant_id, id, version + 1, NEW.step_id, NEW.decision, NEW.at, NEW.person_id FROM confirmations
  WHERE tenant_id = NEW.tenant_id AND id = NEW.confirmation_id;
END;

-- Whoever decides alone stands with the confirmation, and is asked by that; null where a policy says who, and in
-- rows from before this.
ALTER TABLE confirmations ADD COLUMN approver_id TEXT;
CREATE TRIGGER confirmations_ask AFTER INSERT ON confirmations WHEN NEW.approver_id IS NOT NULL
BEGIN
  INSERT OR IGNORE INTO asked VALUES (NEW.tenant_id, NEW.approver_id, NEW.id);
END;
