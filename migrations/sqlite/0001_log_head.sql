-- The end of the log: one row, taken first by every append. key_epoch counts destructions of keys.
CREATE TABLE IF NOT EXISTS log_head (
    id INTEGER NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    key_epoch INTEGER NOT NULL
) STRICT;
