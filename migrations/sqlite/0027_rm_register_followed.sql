CREATE INDEX IF NOT EXISTS rm_register_followed ON rm_register (generation, position);
