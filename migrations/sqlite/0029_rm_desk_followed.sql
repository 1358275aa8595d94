CREATE INDEX IF NOT EXISTS rm_desk_followed ON rm_desk (generation, position);
