-- What an organisation has used of its plan.

-- How many requests for a decision were created in each month of UTC, those of test projects not included. A decision
-- later, or none, changes nothing.
CREATE TABLE usage (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  -- Such as `2026-11`.
  month TEXT NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, month)
) STRICT;

CREATE TRIGGER usage_moving_insert BEFORE INSERT ON usage
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER usage_moving_update BEFORE UPDATE ON usage
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

-- Here and not in a statement of the program: whatever inserts a request, in a group or alone, counts it in the same
-- transaction. A move of a tenant copies these rows as well, and undoes what this counts for a copied request.
CREATE TRIGGER usage_counted AFTER INSERT ON confirmations
WHEN NEW.type = 'decision' AND NEW.project_mode = 'live'
BEGIN
  INSERT INTO usage (tenant_id, month, requests)
  VALUES (NEW.tenant_id, strftime('%Y-%m', NEW.created_at / 1000, 'unixepoch'), 1)
  ON CONFLICT (tenant_id, month) DO UPDATE SET requests = requests + 1;
END;

-- One notice for each plan and share of it in a month, however often the service would write it.
CREATE UNIQUE INDEX trail_usage_notices ON trail (tenant_id, subject_id) WHERE act = 'usage.notice';
