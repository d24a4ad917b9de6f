-- Test projects. Their requests ask for nothing real, and are approved only as tests.

-- Fixed at the creation of the project. Its keys are cs_live_… or cs_test_….
ALTER TABLE projects ADD COLUMN mode TEXT NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test'));
-- When the project ended.
ALTER TABLE projects ADD COLUMN archived_at INTEGER;

CREATE TRIGGER projects_mode BEFORE UPDATE OF mode ON projects
WHEN NEW.mode <> OLD.mode
BEGIN
  SELECT RAISE (ABORT, 'the mode of a project is never changed');
END;

-- As its project was when the request was created, as people sign it. A change of the directory is never a test.
ALTER TABLE confirmations ADD COLUMN project_mode TEXT NOT NULL DEFAULT 'live'
  CHECK (project_mode IN ('live', 'test')) CHECK (project_mode = 'live' OR type = 'decision');

CREATE TRIGGER confirmations_mode BEFORE UPDATE OF project_mode ON confirmations
WHEN NEW.project_mode <> OLD.project_mode
BEGIN
  SELECT RAISE (ABORT, 'the mode of a request is never changed');
END;
