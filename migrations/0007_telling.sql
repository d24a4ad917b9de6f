-- What an inbox shows of a payload: a few values and marks, as JSON of at most some 1.5 KB. It is computed once, when
-- the request is created, because an inbox of 50 would otherwise read up to 3 MB of payloads. Null for changes of who
-- may sign and for requests from before.
--
-- SQLite adds a column behind the large ones. To reach it in a page of 50 with the largest payloads takes 1 ms more.
ALTER TABLE confirmations ADD COLUMN telling TEXT;
