CREATE INDEX IF NOT EXISTS rm_marshals_followed ON rm_marshals (generation, position);
