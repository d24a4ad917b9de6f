-- How long calls took, for the status page: no state of the product, and of no tenant. Only the first shard has rows.

CREATE TABLE call_figures (
  -- The first millisecond of the minute in which the calls ended.
  minute INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ask', 'read', 'decide', 'use')),
  -- The upper bound of the calls that this row counts: they took this long, and longer than the bound before it.
  within_milliseconds INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  -- Answered with a status of 500 or above.
  failed INTEGER NOT NULL,
  PRIMARY KEY (minute, kind, within_milliseconds)
) STRICT;
