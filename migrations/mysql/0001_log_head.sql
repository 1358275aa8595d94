-- The end of the log: one row, taken first by every append. key_epoch counts destructions of keys.
CREATE TABLE IF NOT EXISTS log_head (
    id BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    hash BINARY(32) NOT NULL,
    recorded_at BIGINT NOT NULL,
    key_epoch BIGINT NOT NULL
) ENGINE=InnoDB;
