-- Whose details are destroyed. This list outlives backups: a restore brings nobody back.
CREATE TABLE IF NOT EXISTS erasures (
    owner BLOB NOT NULL PRIMARY KEY,
    erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
