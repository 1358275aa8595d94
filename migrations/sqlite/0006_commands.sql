CREATE TABLE IF NOT EXISTS commands (
    command_id BLOB NOT NULL PRIMARY KEY,
    body_hash BLOB NOT NULL,
    first_position INTEGER NOT NULL,
    last_position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
