-- What housekeeping removed: kinds and numbers, nobody by name.
CREATE TABLE IF NOT EXISTS removals (
    removed_at INTEGER NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (removed_at, what)
) STRICT, WITHOUT ROWID;
