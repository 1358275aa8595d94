-- The scheduler: up to which day each job was done, and who does it now and until when.
CREATE TABLE IF NOT EXISTS jobs (
    name TEXT NOT NULL PRIMARY KEY,
    done_day INTEGER NOT NULL,
    done_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    server BLOB NOT NULL,
    failures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
