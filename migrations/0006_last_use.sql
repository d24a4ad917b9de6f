-- When a passkey was used last, its votes know: the page of devices asks for the newest of them, and a decision need not
-- write it a second time.
CREATE INDEX votes_of_credential ON votes (tenant_id, credential_id, at);
