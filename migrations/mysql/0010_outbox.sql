CREATE TABLE IF NOT EXISTS outbox (
    id BINARY(16) NOT NULL PRIMARY KEY,
    template VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject BINARY(16),
    params BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    attempts BIGINT NOT NULL,
    correlation BINARY(16) NOT NULL,
    KEY outbox_due (state, due_at)
) ENGINE=InnoDB;
