CREATE INDEX IF NOT EXISTS events_by_command ON events (command_id);
