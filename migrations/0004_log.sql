-- What the log is told after each start: how far it had come. And, while it is restored, what it had sealed.
CREATE INDEX outbox_sealed ON outbox (idx) WHERE idx IS NOT NULL;
