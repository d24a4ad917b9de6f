-- A client that timed out repeats its call. `call_hash` is the same for the same call of the same key;
-- `dedupe_key` is that hash for as long as the outcome has not been delivered, and then null, so that the
-- repeated call finds the request which is there instead of asking a second time.
ALTER TABLE confirmations ADD COLUMN call_hash TEXT;
ALTER TABLE confirmations ADD COLUMN dedupe_key TEXT;
ALTER TABLE confirmations ADD COLUMN delivered_at INTEGER;

CREATE UNIQUE INDEX confirmations_undelivered ON confirmations (tenant_id, dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX confirmations_calls ON confirmations (tenant_id, call_hash) WHERE call_hash IS NOT NULL;
