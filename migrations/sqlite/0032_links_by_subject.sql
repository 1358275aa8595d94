CREATE INDEX IF NOT EXISTS links_by_subject ON links (subject);
