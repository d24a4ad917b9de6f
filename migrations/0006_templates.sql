-- How a request is drawn, as the people who sign it sign it.

-- The order of the payload's outermost members: positions of the sorted names, as a JSON list.
ALTER TABLE confirmations ADD COLUMN display_order TEXT NOT NULL DEFAULT '[]';
