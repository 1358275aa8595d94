-- The log. Rows are only ever added. recorded_at: microseconds since 1970 UTC;
-- effective_on: days since 1970. The columns stand in the order in which they are hashed.
CREATE TABLE IF NOT EXISTS events (
    position INTEGER NOT NULL PRIMARY KEY,
    event_id BLOB NOT NULL,
    stream_type TEXT NOT NULL,
    stream_id BLOB NOT NULL,
    stream_version INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    effective_on INTEGER,
    subject BLOB,
    actor TEXT NOT NULL,
    command_id BLOB NOT NULL,
    correlation_id BLOB NOT NULL,
    causation_id BLOB,
    payload BLOB NOT NULL,
    metadata BLOB NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (stream_type, stream_id, stream_version)
) STRICT;
