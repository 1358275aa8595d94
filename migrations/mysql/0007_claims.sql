CREATE TABLE IF NOT EXISTS claims (
    kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash BINARY(32) NOT NULL,
    owner BINARY(16) NOT NULL,
    PRIMARY KEY (kind, hash)
) ENGINE=InnoDB;
