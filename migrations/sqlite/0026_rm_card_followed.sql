CREATE INDEX IF NOT EXISTS rm_card_followed ON rm_card (generation, position);
