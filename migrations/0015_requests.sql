-- What people of an organisation look for among its requests, in the console.

-- Lists, newest first: an id begins with its time. Each is along one of these, and further conditions are checked row
-- by row, up to a limit. The condition on the time, which always holds, is only in the statements of these lists: without
-- it SQLite would choose these indexes for other reads as well, which are faster along their own.
CREATE INDEX confirmations_by_status ON confirmations (tenant_id, status, id) WHERE created_at > 0;
CREATE INDEX confirmations_by_project ON confirmations (tenant_id, project_id, id) WHERE type = 'decision' AND created_at > 0;
CREATE INDEX confirmations_by_requester ON confirmations (tenant_id, requester_name, id) WHERE created_at > 0;

-- When a person first opened the page of a request. The page itself says so, by asking for something to sign: mail and
-- chat programs open links, and nobody has read anything then.
CREATE TABLE openings (
  tenant_id TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, confirmation_id, person_id),
  FOREIGN KEY (tenant_id, confirmation_id) REFERENCES confirmations (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
) STRICT;

CREATE TRIGGER openings_moving_insert BEFORE INSERT ON openings
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;

CREATE TRIGGER openings_moving_update BEFORE UPDATE ON openings
WHEN EXISTS (SELECT 1 FROM moved_tenants WHERE ref = NEW.tenant_id AND state IN ('leaving', 'left'))
BEGIN
  SELECT RAISE (ABORT, 'this tenant is moving to another shard');
END;
