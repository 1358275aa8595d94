CREATE INDEX IF NOT EXISTS events_by_actor ON events (actor, position);
