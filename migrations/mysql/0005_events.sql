-- The log. Rows are only ever added. recorded_at: microseconds since 1970 UTC;
-- effective_on: days since 1970. The columns stand in the order in which they are hashed.
CREATE TABLE IF NOT EXISTS events (
    position BIGINT NOT NULL PRIMARY KEY,
    event_id BINARY(16) NOT NULL,
    stream_type VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    stream_id BINARY(16) NOT NULL,
    stream_version BIGINT NOT NULL,
    event_type VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    schema_version BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    effective_on BIGINT,
    subject BINARY(16),
    actor VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    command_id BINARY(16) NOT NULL,
    correlation_id BINARY(16) NOT NULL,
    causation_id BINARY(16),
    payload MEDIUMBLOB NOT NULL,
    metadata BLOB NOT NULL,
    prev_hash BINARY(32) NOT NULL,
    hash BINARY(32) NOT NULL,
    UNIQUE KEY events_stream (stream_type, stream_id, stream_version),
    KEY events_by_subject (subject, position),
    KEY events_by_actor (actor, position),
    KEY events_by_type (event_type, position),
    KEY events_by_command (command_id)
) ENGINE=InnoDB;
