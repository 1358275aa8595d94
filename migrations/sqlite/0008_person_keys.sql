CREATE TABLE IF NOT EXISTS person_keys (
    key_id BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL,
    purpose TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    UNIQUE (owner, purpose)
) STRICT, WITHOUT ROWID;
