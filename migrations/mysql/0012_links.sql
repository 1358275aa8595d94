CREATE TABLE IF NOT EXISTS links (
    id BINARY(16) NOT NULL PRIMARY KEY,
    purpose VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject BINARY(16) NOT NULL,
    expires_at BIGINT NOT NULL,
    consumed_at BIGINT
) ENGINE=InnoDB;
