CREATE INDEX IF NOT EXISTS outbox_due ON outbox (state, due_at);
