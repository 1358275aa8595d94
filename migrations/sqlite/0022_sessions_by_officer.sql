CREATE INDEX IF NOT EXISTS sessions_by_officer ON sessions (officer);
