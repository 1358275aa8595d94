CREATE INDEX IF NOT EXISTS events_by_subject ON events (subject, position);
