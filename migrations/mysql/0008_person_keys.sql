CREATE TABLE IF NOT EXISTS person_keys (
    key_id BINARY(16) NOT NULL PRIMARY KEY,
    owner BINARY(16) NOT NULL,
    purpose VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    wrapped VARBINARY(255) NOT NULL,
    UNIQUE KEY person_keys_owner (owner, purpose)
) ENGINE=InnoDB;
