CREATE TABLE IF NOT EXISTS outbox (
    id BLOB NOT NULL PRIMARY KEY,
    template TEXT NOT NULL,
    subject BLOB,
    params BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    correlation BLOB NOT NULL
) STRICT;
