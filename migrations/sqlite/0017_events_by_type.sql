CREATE INDEX IF NOT EXISTS events_by_type ON events (event_type, position);
