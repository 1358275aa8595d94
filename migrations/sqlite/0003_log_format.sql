-- The highest format of events that may be written; raised by an explicit flag after a cutover.
CREATE TABLE IF NOT EXISTS log_format (
    id INTEGER NOT NULL PRIMARY KEY,
    format INTEGER NOT NULL
) STRICT;
